// SPDX-License-Identifier: Apache-2.0
#ifndef HEADWATER_CSQLITE_TUNING_H
#define HEADWATER_CSQLITE_TUNING_H

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

#endif
