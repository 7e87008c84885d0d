// SPDX-License-Identifier: Apache-2.0
#ifndef HEADWATER_CPOSTGRES_H
#define HEADWATER_CPOSTGRES_H

// libpq, and what it offers as macros that Swift does not see.

#include <libpq-fe.h>

/// The five characters of an error's or a warning's code; NULL where a result has none.
static inline const char *headwater_pq_state(const PGresult *result) {
  return PQresultErrorField(result, PG_DIAG_SQLSTATE);
}

/// "ERROR", "WARNING", "NOTICE" and so on, in English whatever the language of the server's messages.
static inline const char *headwater_pq_severity(const PGresult *result) {
  return PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
}

/// One line without the severity.
static inline const char *headwater_pq_message(const PGresult *result) {
  return PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
}

#endif
