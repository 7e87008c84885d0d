// SPDX-License-Identifier: Apache-2.0
// Shows ThreadSanitizer the locks of Swift's Mutex.
//
// The quick way into and out of a Mutex is compiled into the program, where the sanitizer sees it. The slow way, which is taken
// when two threads meet, is in libswiftSynchronization.so, which is built without it: what one thread wrote before it left
// the Mutex would then count as a race with the next thread. This library is loaded before that one, and its functions
// tell the sanitizer of the order.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

// Those of the sanitizer, where there is one in the process.
__attribute__((weak)) void __tsan_acquire(void *address);
__attribute__((weak)) void __tsan_release(void *address);

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context))
// Synchronization._MutexHandle._lockSlow(UInt32) and ._unlockSlow(), mangled.
#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

SWIFT void headwater_lock_slow(uint32_t thread, SELF void *handle) __asm__(LOCK);
SWIFT void headwater_unlock_slow(SELF void *handle) __asm__(UNLOCK);

static SWIFT void (*swift_lock)(uint32_t thread, SELF void *handle);
static SWIFT void (*swift_unlock)(SELF void *handle);

__attribute__((constructor)) static void find(void) {
  swift_lock = (SWIFT void (*)(uint32_t, SELF void *))dlsym(RTLD_NEXT, LOCK);
  swift_unlock = (SWIFT void (*)(SELF void *))dlsym(RTLD_NEXT, UNLOCK);
}

SWIFT void headwater_lock_slow(uint32_t thread, SELF void *handle) {
  swift_lock(thread, handle);
  if (__tsan_acquire) __tsan_acquire(handle);
}

SWIFT void headwater_unlock_slow(SELF void *handle) {
  if (__tsan_release) __tsan_release(handle);
  swift_unlock(handle);
}
