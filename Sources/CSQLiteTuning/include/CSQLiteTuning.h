// SPDX-License-Identifier: Apache-2.0
#ifndef HEADWATER_CSQLITE_TUNING_H
#define HEADWATER_CSQLITE_TUNING_H

#include <stdint.h>

/// Tells SQLite not to count the memory it allocates: the counter is behind a lock that every allocation of every
/// thread takes. To be called before SQLite is used; `sqlite3_config` takes variable arguments, which Swift cannot pass.
///
/// Returns SQLite's result code.
int headwater_sqlite_do_not_count_memory(void);

typedef struct sqlite3 sqlite3;

/// Switches the triggers of one connection on (1) or off (0). Other connections, other processes' above all, keep
/// theirs.
///
/// Returns SQLite's result code.
int headwater_sqlite_set_triggers(sqlite3 *connection, int on);

/// The header of a WAL index, as one of its two copies: https://www.sqlite.org/walformat.html, "The WAL-Index Header".
typedef struct headwater_wal_header {
  uint64_t words[6];
} headwater_wal_header;

/// The shared memory of a connection's WAL index, which stays where it is until the connection is closed.
///
/// The connection must have read from a database in WAL mode. The mapping is the one that SQLite made: a second
/// descriptor of the `-shm` file would drop the POSIX locks of the process when it is closed.
///
/// Returns NULL where the index is not shared, or cannot be relied on.
const volatile uint64_t *headwater_wal_index(sqlite3 *connection);

/// Copies the header.
///
/// Returns 0 when its two copies differ, because a commit is under way.
static inline int headwater_wal_header_read(const volatile uint64_t *index, headwater_wal_header *header) {
  int is_whole = 1;
  __atomic_thread_fence(__ATOMIC_ACQUIRE);
  for (int i = 0; i < 6; i++) header->words[i] = index[i];
  // A writer changes the second copy first. Read in the other order, the same bytes in both are one commit's.
  __atomic_thread_fence(__ATOMIC_ACQUIRE);
  for (int i = 0; i < 6; i++) is_whole &= header->words[i] == index[6 + i];
  return is_whole;
}

/// Returns 1 when the header is still the same: no connection of any process has committed since it was read.
static inline int headwater_wal_header_is(const volatile uint64_t *index, const headwater_wal_header *header) {
  uint64_t difference = 0;
  __atomic_thread_fence(__ATOMIC_ACQUIRE);
  for (int i = 0; i < 6; i++) difference |= header->words[i] ^ index[i];
  return difference == 0;
}

/// How many bytes a log has at least that holds the pages that the header counts; 0 where there are none.
uint64_t headwater_wal_header_length(const headwater_wal_header *header);

#endif
