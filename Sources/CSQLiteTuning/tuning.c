// SPDX-License-Identifier: Apache-2.0
#include "CSQLiteTuning.h"
#include <sqlite3.h>
#include <stddef.h>
#include <string.h>

int headwater_sqlite_do_not_count_memory(void) { return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }

int headwater_sqlite_set_triggers(sqlite3 *connection, int on) {
  return sqlite3_db_config(connection, SQLITE_DBCONFIG_ENABLE_TRIGGER, on, 0);
}

// WALINDEX_PGSZ of wal.c: the size of the first region, which holds the header.
enum { region_size = 32768 };

const volatile uint64_t *headwater_wal_index(sqlite3 *connection) {
  sqlite3_file *file = NULL;
  if (sqlite3_file_control(connection, "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK || file == NULL)
    return NULL;
  if (file->pMethods == NULL || file->pMethods->iVersion < 2 || file->pMethods->xShmMap == NULL) return NULL;
  void volatile *region = NULL;
  if (file->pMethods->xShmMap(file, 0, region_size, 0, &region) != SQLITE_OK) return NULL;
  return region;
}

uint64_t headwater_wal_header_length(const headwater_wal_header *header) {
  // In the byte order of the machine: the page's size at 14, where 1 stands for 65,536, and the last frame at 16.
  uint16_t page;
  uint32_t frames;
  memcpy(&page, (const char *)header + 14, sizeof page);
  memcpy(&frames, (const char *)header + 16, sizeof frames);
  uint64_t frame = 24 + (page == 1 ? 65536 : (uint64_t)page);
  return frames == 0 ? 0 : 32 + frames * frame;
}
