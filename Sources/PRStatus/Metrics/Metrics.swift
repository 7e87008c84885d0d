// SPDX-License-Identifier: Apache-2.0

/// Every metric of a node, with its meaning.
struct Metrics: Sendable {
  let information = Metric(
    "info", .gauge, labels: ["version", "role", "numbering"], "Always 1; its labels say what this node is.")
  let start = Metric("start_time_seconds", .gauge, unit: "seconds", "When the process began, since 1970.")
  let counted = Metric(
    "counted_since_seconds", .gauge, unit: "seconds",
    "When the process took up its options, at its start or at a reload, and its counters began; since 1970.")
  let level = Metric("level", .gauge, "How many nodes stand above this one.")
  let ready = Metric("ready", .gauge, "1 if the node is ready, else 0; /readyz gives the reason.")
  let memory = Metric("resident_memory_bytes", .gauge, unit: "bytes", "Memory that the process holds.")
  let cpu = Metric("cpu_seconds_total", .counter, unit: "seconds", "Processor time that the process took.")
  let certificateExpiry = Metric(
    "certificate_expiry_time_seconds", .gauge, unit: "seconds", labels: ["certificate"],
    "When a certificate of this node expires, since 1970; the label is its file.")

  let memberSeen = Metric(
    "member_seen_time_seconds", .gauge, unit: "seconds", labels: ["member"],
    "When a member of the federation last reported, since 1970: of those at and below this node.")
  let memberStopped = Metric(
    "member_stopped", .gauge, labels: ["member"],
    "1 for a member that mints nothing, since the authority has found a clone or a restored backup of it; else 0.")
  let memberAlarms = Metric(
    "member_alarms", .gauge, labels: ["member"], "Alarms that a member has reported, 16 at most.")

  let connections = Metric("connections", .gauge, "Open connections of clients and of nodes further down.")
  let accepted = Metric("connections_accepted_total", .counter, "Connections that were ever accepted.")
  let refusedConnections = Metric(
    "connections_refused_total", .counter, "Connections that were refused, since their address had too many.")
  let bytesInFlight = Metric(
    "bytes_in_flight", .gauge, unit: "bytes",
    "Bytes of requests that wait for their answers and of answers that have not left, for all connections.")
  let requests = Metric(
    "requests_total", .counter, labels: ["request", "outcome"],
    "Requests by what became of them: at_once (in the read that brought it), answered, refused.")
  let refusals = Metric(
    "refusals_total", .counter, labels: ["request", "reason"],
    "Refused requests by reason; docs/operations.md says what to do.")
  let duration = Metric(
    "request_duration_seconds", .histogram, unit: "seconds", labels: ["request"],
    "From the request to its answer, for those that were not answered at once.")
  let decisions = Metric(
    "decisions_total", .counter, labels: ["rule"],
    "Values by the rule that chose them, those answered at once left out.")
  let alone = Metric(
    "minted_without_upstream_total", .counter, "Values that were minted while no upstream answered.")
  let misses = Metric("misses_total", .counter, "Tuples that a node which stores nothing was asked in vain.")
  let hits = Metric(
    "hit_ratio", .gauge, unit: "ratio",
    "Share of get-pr that found their value on record, since the counters began; absent before the first.")

  let upstreamUp = Metric(
    "upstream_up", .gauge, labels: ["upstream"],
    "1 while the upstream is asked; 0 while it is away or was not reached yet.")
  let upstreamQuestions = Metric(
    "upstream_questions_total", .counter, labels: ["upstream"], "Questions put to the upstream.")
  let upstreamFailures = Metric(
    "upstream_failures_total", .counter, labels: ["upstream"], "Questions to which the upstream had no answer.")
  let upstreamSince = Metric(
    "upstream_state_age_seconds", .gauge, unit: "seconds", labels: ["upstream"],
    "For how long the upstream has been as it is.")

  let copyPosition = Metric("copy_position", .gauge, "Serial of the last row that was copied from the upstream's feed.")
  let copyLag = Metric(
    "copy_lag_seconds", .gauge, unit: "seconds",
    "How long ago the copy was known to hold all that the upstream has; absent when it never was.")
  let copyFailing = Metric("copy_failing", .gauge, "1 while the upstream cannot be copied.")
  let copyNews = Metric("copy_rows_total", .counter, "Rows that the copy did not have before.")
  let alarms = Metric("alarms", .gauge, "Alarms that are not acknowledged; the status page lists them.")

  let database = Metric("database_bytes", .gauge, unit: "bytes", "Size of the database file.")
  let log = Metric("database_log_bytes", .gauge, unit: "bytes", "Size of the database's write-ahead log.")
  let free = Metric("disk_free_bytes", .gauge, unit: "bytes", "What the disk of the database has left.")
  let serial = Metric("last_serial", .gauge, "Serial of the newest row.")
  let floorSerial = Metric("last_floor_serial", .gauge, "Serial of the floor that was raised last; 0 without floors.")
  let commits = Metric("commits_total", .counter, "Transactions that were committed.")
  let committed = Metric(
    "committed_decisions_total", .counter, "Decisions in those transactions: how many share one is the quotient.")
  let commitTime = Metric(
    "commit_seconds_total", .counter, unit: "seconds", "What committing took, most of it the disk's time.")

  let looks = Metric("looks_total", .counter, "On PostgreSQL: transactions that wrote no row.")
  let looked = Metric("looked_decisions_total", .counter, "Decisions in those transactions.")
  let lookTime = Metric(
    "look_seconds_total", .counter, unit: "seconds", "What those transactions took, most of it the standby's time.")
  let reruns = Metric(
    "reruns_total", .counter, labels: ["cause"],
    "Transactions on PostgreSQL that ran again: connection (lost), conflict (a lock of another machine), unconfirmed.")
  let serverConnections = Metric(
    "database_connections_total", .counter, "Connections to PostgreSQL that were made, or tried.")
  let parked = Metric(
    "parked_commits", .gauge, "Commits on PostgreSQL that no standby has confirmed in time, and that may still be.")
  let standbyLag = Metric(
    "standby_lag_bytes", .gauge, unit: "bytes", labels: ["standby", "state"],
    "What a standby of the primary has not replayed; the state is PostgreSQL's sync_state.")

  static let meanings = Metrics()

  /// In the order in which they are written.
  var all: [Metric] { Mirror(reflecting: self).children.compactMap { $0.value as? Metric } }
}
