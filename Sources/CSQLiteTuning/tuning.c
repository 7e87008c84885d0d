// SPDX-License-Identifier: Apache-2.0
#include "CSQLiteTuning.h"
#include <sqlite3.h>

int headwater_sqlite_do_not_count_memory(void) { return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }

int headwater_sqlite_set_triggers(sqlite3 *connection, int on) {
  return sqlite3_db_config(connection, SQLITE_DBCONFIG_ENABLE_TRIGGER, on, 0);
}
