// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// The table of options: each option of `headwater serve` is a row. The command line, the environment and the topology files
/// are read by it, and a test compares it with docs/operations/options.md. ``OptionValues`` has a value for each row.
package struct ServeOptions: Sendable {
  package static let table = ServeOptions()

  /// All rows in their order.
  package static let all: [OptionDefinition] = Mirror(reflecting: table).children.compactMap {
    ($0.value as? any DefinedOption)?.definition
  }

  package let name = OptionRow(
    "name", key: .structure("nodes"), .text, otherwise: "its name in the topology, or none",
    "The node's name on its status page.")

  package let listen = OptionRow(
    "listen", key: .structure("listen"), each: .address, standard: [.standard],
    "Where to listen: tcp://HOST:PORT, tcp://[v6]:PORT, a port of this machine, tls://HOST:PORT or unix:///path. Port 0 takes a free one. Repeatable."
  )

  package let database = OptionRow(
    "database", .path, "prserv.sqlite3",
    "The database: a file, which can be BitBake's own, or postgresql://HOST,HOST/NAME for an authority on several machines."
  )

  package let positionFile = OptionRow(
    "position-file", .path, "prserv.position",
    "Where a node on PostgreSQL keeps the position of the last answer, so that it notices when the database loses rows."
  )

  package let durability = OptionRow(
    "durability", .words(["full", "normal", "off"]), "full",
    "full: a row is on disk before it is answered; normal: it survives the process; off: as BitBake's server.")

  package let allowNetworkDisk = OptionRow(
    "allow-network-disk", .flag, false,
    "Serve a database on a network file system with durability full, whose promise it may not keep.")

  package let numbering = OptionRow(
    "numbering", .cases, NumberingName.partitioned,
    "partitioned: no value ever names two contents; bitbake: the answers of BitBake's own server.")

  package let upstream = OptionRow(
    "upstream", key: .structure("upstream"), each: .address,
    "The upstream server, which is asked for tuples that have no value here: tls://HOST:PORT, tcp://HOST:PORT or HOST:PORT. Repeatable, the preferred first."
  )

  package let upstreamAway = OptionRow(
    "upstream-away", .words(["strict", "fallback", "offline"]), "fallback",
    "What to do while no upstream answers. strict: refuse new tuples; fallback: number them from what is known; offline: never ask."
  )

  // In less time hardly any upstream answers.
  package let upstreamDeadline = OptionRow(
    "upstream-deadline", .wait(.milliseconds(50)...AnswerTime.maximumLength, "50ms to 25s"), TimeSpan(seconds: 2),
    "The time limit for an answer of the upstreams, with --lock-timeout 25s at most.")

  package let syncEvery = OptionRow(
    "sync-every", .period,
    otherwise: "\(SyncInterval.standard) for a node that allocates by the partitioned numbering, else off",
    valueName: "time",
    "How often to copy the upstream's rows, or off. With --read-only the node is a mirror, which answers from its copy."
  )

  package let rights = OptionRow(
    "rights", key: .structure("rights"), each: .grant,
    otherwise: "read for clients of tls://, else read, allocate and import", valueName: "who=rights",
    "What a client may do: read, allocate, predict, import, admin, joined by commas, or none. WHO is the name in its certificate, or an address of --listen for its clients without a grant. Repeatable."
  )

  package let level = OptionRow(
    "level", .number(0...Partition.deepest), otherwise: "with an upstream: its own and one more, else 0",
    "How many levels are above this node, until the upstream reports its own.")

  package let lane = OptionRow(
    "lane", .lane, otherwise: "0/1", valueName: "k/n",
    "The node's number among the nodes of its level, and their count.")

  package let keepMinting = OptionRow(
    "keep-minting", .flag, false,
    "As a member of a federation, mint although its authority has found a clone of this database, or a restored backup: two contents may then get one number."
  )

  package let shareAskers = OptionRow(
    "share-askers", .flag, false,
    "Give the nodes below the address of the builder for which a value was chosen, with the value's origin.")

  package let readOnly = OptionRow("read-only", .flag, false, "Store nothing.")

  package let frozen = OptionRow(
    "frozen", .path, "Serve a file of 'headwater freeze' and nothing else; it must match its manifest.")

  package let onMiss = OptionRow(
    "on-miss", .cases, OnMiss.refuse, "How a read-only node answers an unknown tuple.")

  package let readyFile = OptionRow(
    "ready-file", .path, "Write the addresses to this file when the server is ready; it is removed at the end.")

  package let logLevel = OptionRow(
    "log-level", key: "log.level", .words(["trace", "debug", "info", "notice", "warning", "error", "critical"]), "info",
    "The lowest level that is logged.")

  package let logFormat = OptionRow(
    "log-format", key: "log.format", .words(["text", "json"]), "text", "The format of log lines.")

  package let tlsCertificate = OptionRow(
    "tls-certificate", key: "tls.certificate", .path,
    "The certificate of this side: a PEM file, its own certificate first.")

  package let tlsKey = OptionRow(
    "tls-key", key: "tls.key", .path, "The key of the certificate: a PEM file without a passphrase.")

  package let tlsTrust = OptionRow(
    "tls-trust", key: "tls.trust", .path, otherwise: "for an upstream, the system's",
    "The trusted certificate authorities: a PEM file.")

  package let tlsName = OptionRow(
    "tls-name", key: "tls.name", .text, otherwise: "the host of its address",
    "The name to expect in the server's certificate.")

  package let tlsRequireClientCertificate = OptionRow(
    "tls-require-client-certificate", key: "tls.require-client-certificate", .flag, true,
    "Whether a TLS listener requires a certificate of the trusted authorities from each client.")

  package let keys = OptionRow(
    "keys", key: "tls.keys", .path, otherwise: "the path of the database, and .keys",
    "The folder with the keys of a node of a federation, which 'headwater join' and 'headwater federation create' fill."
  )

  package let status = OptionRow(
    "status", .page, valueName: "address",
    "Serve the status page, metrics and health over HTTP: at tcp://HOST:PORT or a port of this machine. Port 0 takes a free one."
  )

  package let statusTokenFile = OptionRow(
    "status-token-file", .path, "Require the token in this file: as a bearer token, or as a browser's password.")

  package let maxConnections = OptionRow(
    "max-connections", key: "limits.max-connections", .number(1...), 16_384,
    "The most connections; further ones wait until one ends.")

  package let maxConnectionsPerAddress = OptionRow(
    "max-connections-per-address", key: "limits.max-connections-per-address", .number(1...), 8192,
    "The most connections from one address, such as that of a build farm; further ones are closed.")

  package let maxInFlight = OptionRow(
    "max-in-flight", key: "limits.max-in-flight", .number(1...), 256, "The most open requests of a connection.")

  package let maxBytesInFlight = OptionRow(
    "max-bytes-in-flight", key: "limits.max-bytes-in-flight", .number(1...), 256 << 20,
    "Bytes of requests and answers held for all connections together; above it no large answer is begun.")

  package let maxLine = OptionRow(
    "max-line", key: "limits.max-line", .number(1...), 64 << 10, "The longest line, in bytes.")

  package let maxMessage = OptionRow(
    "max-message", key: "limits.max-message", .number(1...), 128 << 10,
    "The longest message in a chunk stream, in bytes.")

  package let maxDepth = OptionRow(
    "max-depth", key: "limits.max-depth", .number(1...512), 16, "The deepest nesting of JSON.")

  package let maxHeaders = OptionRow(
    "max-headers", key: "limits.max-headers", .number(1...), 32, "The most header lines of a handshake.")

  package let maxHeaderBytes = OptionRow(
    "max-header-bytes", key: "limits.max-header-bytes", .number(1...), 8 << 10, "The longest handshake, in bytes.")

  package let handshakeTimeout = OptionRow(
    "handshake-timeout", key: "limits.handshake-timeout", .time, TimeSpan(seconds: 10),
    "The time limit for a handshake.")

  package let messageTimeout = OptionRow(
    "message-timeout", key: "limits.message-timeout", .time, TimeSpan(seconds: 10),
    "The time limit for a chunk stream.")

  package let idleTimeout = OptionRow(
    "idle-timeout", key: "limits.idle-timeout", .time, otherwise: "never",
    "Close a connection without requests after this time.")

  package let writeTimeout = OptionRow(
    "write-timeout", key: "limits.write-timeout", .time, TimeSpan(seconds: 60),
    "Close a connection that reads none of its replies for this time.")

  package let drainTimeout = OptionRow(
    "drain-timeout", key: "limits.drain-timeout", .time, TimeSpan(seconds: 10),
    "The time limit for open requests when the server ends.")

  package let lockTimeout = OptionRow(
    "lock-timeout", key: "limits.lock-timeout", .wait(.zero...AnswerTime.maximumLength, "25s at most"),
    TimeSpan(seconds: 20),
    "How long an allocation waits while another process locks the database.")

  // Each is a thread with files of its own; more than cores are of no use.
  package let eventLoops = OptionRow(
    "event-loops", key: "limits.event-loops", .number(1...64), 1, "Threads that serve connections.")
}
