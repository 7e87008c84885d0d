// SPDX-License-Identifier: Apache-2.0
// See include/fault_shim.h. Linux with glibc only; elsewhere the library is empty.
#define _GNU_SOURCE
#include "fault_shim.h"

#if defined(__linux__)
#include <features.h>
#endif
#ifdef __GLIBC__
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static _Atomic int64_t *control;
static const char *folder;
static size_t folder_length;
// Where the code of SQLite's library is.
static uintptr_t sqlite_begin, sqlite_end;

static int find_sqlite(struct dl_phdr_info *object, size_t size, void *unused) {
  (void)size, (void)unused;
  if (!strstr(object->dlpi_name, "/libsqlite3.so")) return 0;
  for (int number = 0; number < object->dlpi_phnum; number++) {
    const ElfW(Phdr) *part = &object->dlpi_phdr[number];
    if (part->p_type != PT_LOAD || !(part->p_flags & PF_X)) continue;
    sqlite_begin = object->dlpi_addr + part->p_vaddr;
    sqlite_end = sqlite_begin + part->p_memsz;
  }
  return 1;
}

// Before main, and so before the program has threads. Raw calls: the library must not meet itself.
__attribute__((constructor)) static void attach(void) {
  const char *path = getenv("FAULT_CONTROL");
  if (!path) return;
  // Of an argument that is no long the upper half is left to chance.
  long file = syscall(SYS_openat, (long)AT_FDCWD, path, (long)(O_RDWR | O_CLOEXEC), 0L);
  if (file < 0) return;
  void *words = (void *)syscall(
      SYS_mmap, 0L, (long)(FAULT_WORDS * sizeof(int64_t)), (long)(PROT_READ | PROT_WRITE), (long)MAP_SHARED, file, 0L);
  syscall(SYS_close, file);
  if (words == MAP_FAILED) return;
  folder = getenv("FAULT_FOLDER");
  folder_length = folder ? strlen(folder) : 0;
  dl_iterate_phdr(find_sqlite, NULL);
  control = words;
}

static void *next_symbol(void **known, const char *name) {
  if (!*known) *known = dlsym(RTLD_NEXT, name);
  return *known;
}

// The function behind the one of the same name here.
#define NEXT(result, name, ...)      \
  static void *name##_next;          \
  typedef result (*name##_type)(__VA_ARGS__); \
  static name##_type next_##name(void) { return (name##_type)next_symbol(&name##_next, #name); }

// MARK: Which call fails

static int is_meant_path(const char *path) {
  return path && folder_length && strncmp(path, folder, folder_length) == 0;
}

static int is_meant_file(int file) {
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = syscall(SYS_readlinkat, (long)AT_FDCWD, link, path, (long)(sizeof path - 1));
  if (length <= 0) return 0;
  path[length] = 0;
  return is_meant_path(path);
}

static int64_t word(int number) { return atomic_load_explicit(&control[number], memory_order_acquire); }

static int is_watched(int call) { return control && (word(FAULT_CALLS) & call); }

// The fault of a call that is meant; 0 for one that succeeds.
static int64_t fault(void) {
  int64_t number = atomic_fetch_add(&control[FAULT_SEEN], 1) - word(FAULT_SKIP);
  int64_t error = word(FAULT_ERROR);
  if (!error || number < 0 || number >= word(FAULT_TIMES)) return 0;
  atomic_fetch_add(&control[FAULT_FAILED], 1);
  return error;
}

// Sets errno and yields true where a call on a file fails.
static int fails(int call, int file) {
  if (!is_watched(call)) return 0;
  int before = errno;
  int64_t error = is_meant_file(file) ? fault() : 0;
  errno = error > 0 ? (int)error : before;
  return error > 0;
}

static int fails_path(int call, const char *path) {
  int64_t error = is_watched(call) && is_meant_path(path) ? fault() : 0;
  if (error > 0) errno = (int)error;
  return error > 0;
}

// How many bytes a write takes; -1 with errno where it fails.
static ssize_t taken(int file, size_t count) {
  if (!is_watched(FAULT_WRITE)) return (ssize_t)count;
  int before = errno;
  int64_t error = is_meant_file(file) ? fault() : 0;
  errno = error > 0 ? (int)error : before;
  if (error > 0) return -1;
  return error == FAULT_SHORT && count > 1 ? (ssize_t)(count / 2) : (ssize_t)count;
}

// MARK: Files

NEXT(ssize_t, write, int, const void *, size_t)
ssize_t write(int file, const void *bytes, size_t count) {
  ssize_t part = taken(file, count);
  return part < 0 ? -1 : next_write()(file, bytes, (size_t)part);
}

NEXT(ssize_t, writev, int, const struct iovec *, int)
ssize_t writev(int file, const struct iovec *pieces, int count) {
  return fails(FAULT_WRITE, file) ? -1 : next_writev()(file, pieces, count);
}

NEXT(ssize_t, pwrite64, int, const void *, size_t, off64_t)
ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t offset) {
  ssize_t part = taken(file, count);
  return part < 0 ? -1 : next_pwrite64()(file, bytes, (size_t)part, offset);
}

NEXT(ssize_t, pwrite, int, const void *, size_t, off_t)
ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset) {
  ssize_t part = taken(file, count);
  return part < 0 ? -1 : next_pwrite()(file, bytes, (size_t)part, offset);
}

NEXT(ssize_t, read, int, void *, size_t)
ssize_t read(int file, void *bytes, size_t count) {
  return fails(FAULT_READ, file) ? -1 : next_read()(file, bytes, count);
}

NEXT(ssize_t, pread64, int, void *, size_t, off64_t)
ssize_t pread64(int file, void *bytes, size_t count, off64_t offset) {
  return fails(FAULT_READ, file) ? -1 : next_pread64()(file, bytes, count, offset);
}

NEXT(ssize_t, pread, int, void *, size_t, off_t)
ssize_t pread(int file, void *bytes, size_t count, off_t offset) {
  return fails(FAULT_READ, file) ? -1 : next_pread()(file, bytes, count, offset);
}

NEXT(int, fsync, int)
int fsync(int file) { return fails(FAULT_SYNC, file) ? -1 : next_fsync()(file); }

NEXT(int, fdatasync, int)
int fdatasync(int file) { return fails(FAULT_SYNC, file) ? -1 : next_fdatasync()(file); }

NEXT(int, ftruncate64, int, off64_t)
int ftruncate64(int file, off64_t length) {
  return fails(FAULT_TRUNCATE, file) ? -1 : next_ftruncate64()(file, length);
}

NEXT(int, ftruncate, int, off_t)
int ftruncate(int file, off_t length) {
  return fails(FAULT_TRUNCATE, file) ? -1 : next_ftruncate()(file, length);
}

NEXT(int, posix_fallocate64, int, off64_t, off64_t)
int posix_fallocate64(int file, off64_t offset, off64_t length) {
  // This call returns its error.
  return fails(FAULT_TRUNCATE, file) ? errno : next_posix_fallocate64()(file, offset, length);
}

NEXT(void *, mmap64, void *, size_t, int, int, int, off64_t)
void *mmap64(void *place, size_t length, int protection, int flags, int file, off64_t offset) {
  if (file >= 0 && fails(FAULT_MAP, file)) return MAP_FAILED;
  return next_mmap64()(place, length, protection, flags, file, offset);
}

NEXT(void *, mmap, void *, size_t, int, int, int, off_t)
void *mmap(void *place, size_t length, int protection, int flags, int file, off_t offset) {
  if (file >= 0 && fails(FAULT_MAP, file)) return MAP_FAILED;
  return next_mmap()(place, length, protection, flags, file, offset);
}

// The mode is there only where a file may be made.
#define MODE(flags) \
  mode_t mode = 0; \
  if ((flags) & (O_CREAT | O_TMPFILE)) { \
    va_list rest; \
    va_start(rest, flags); \
    mode = va_arg(rest, mode_t); \
    va_end(rest); \
  }

NEXT(int, open, const char *, int, ...)
int open(const char *path, int flags, ...) {
  MODE(flags)
  return fails_path(FAULT_OPEN, path) ? -1 : next_open()(path, flags, mode);
}

NEXT(int, open64, const char *, int, ...)
int open64(const char *path, int flags, ...) {
  MODE(flags)
  return fails_path(FAULT_OPEN, path) ? -1 : next_open64()(path, flags, mode);
}

NEXT(int, openat, int, const char *, int, ...)
int openat(int base, const char *path, int flags, ...) {
  MODE(flags)
  return fails_path(FAULT_OPEN, path) ? -1 : next_openat()(base, path, flags, mode);
}

NEXT(int, openat64, int, const char *, int, ...)
int openat64(int base, const char *path, int flags, ...) {
  MODE(flags)
  return fails_path(FAULT_OPEN, path) ? -1 : next_openat64()(base, path, flags, mode);
}

NEXT(int, rename, const char *, const char *)
int rename(const char *from, const char *to) {
  return fails_path(FAULT_RENAME, to) ? -1 : next_rename()(from, to);
}

NEXT(int, unlink, const char *)
int unlink(const char *path) { return fails_path(FAULT_UNLINK, path) ? -1 : next_unlink()(path); }

// MARK: Memory

extern void *__libc_malloc(size_t);
extern void *__libc_realloc(void *, size_t);

// Only of SQLite: Swift ends the process where it gets no memory, and there is nothing to try.
static int fails_memory(void *caller) {
  if (!is_watched(FAULT_ALLOCATE)) return 0;
  uintptr_t place = (uintptr_t)caller;
  int64_t error = place >= sqlite_begin && place < sqlite_end ? fault() : 0;
  if (error > 0) errno = (int)error;
  return error > 0;
}

void *malloc(size_t size) {
  return fails_memory(__builtin_return_address(0)) ? NULL : __libc_malloc(size);
}

void *realloc(void *memory, size_t size) {
  return fails_memory(__builtin_return_address(0)) ? NULL : __libc_realloc(memory, size);
}

// MARK: The wall clock

static int64_t step(void) { return control ? word(FAULT_WALL) : 0; }

NEXT(int, clock_gettime, clockid_t, struct timespec *)
int clock_gettime(clockid_t clock, struct timespec *time) {
  int code = next_clock_gettime()(clock, time);
  int64_t more = step();
  if (code || !more || (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE)) return code;
  int64_t nanoseconds = time->tv_nsec + more % 1000000000;
  int64_t carry = nanoseconds < 0 ? -1 : nanoseconds >= 1000000000 ? 1 : 0;
  time->tv_sec += more / 1000000000 + carry;
  time->tv_nsec = nanoseconds - carry * 1000000000;
  return code;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
  (void)zone;
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  time->tv_sec = now.tv_sec;
  time->tv_usec = now.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *place) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (place) *place = now.tv_sec;
  return now.tv_sec;
}
#endif
