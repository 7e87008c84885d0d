// SPDX-License-Identifier: Apache-2.0
#ifndef HEADWATER_CPIDFD_H
#define HEADWATER_CPIDFD_H

#include <sys/types.h>

/// Opens a descriptor for a process: `pidfd_open(2)`, Linux 5.3. It stays with that process when the number is used again.
/// The C library before glibc 2.36 has no function for it, and `syscall` takes variable arguments, which Swift cannot pass.
///
/// Returns the descriptor, or -1 with `errno`.
int headwater_pidfd_open(pid_t pid);

/// Sends a signal to the process of such a descriptor: `pidfd_send_signal(2)`, Linux 5.1. Signal 0 sends none and tells
/// whether the process is there.
///
/// Returns 0, or -1 with `errno`.
int headwater_pidfd_send_signal(int pidfd, int signal);

#endif
