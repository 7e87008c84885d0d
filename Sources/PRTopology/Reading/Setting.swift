// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// A key of a node whose value is one word, and the option of `headwater serve` that it becomes.
package struct Setting: Sendable {
  /// `lane`, or with the key above it `tls.certificate`.
  package let key: String
  package let kind: Kind
  /// Without the dashes.
  package let option: String
  /// What holds when it is left out, for the documentation; nil: nothing.
  package let standard: String?

  package enum Kind: Sendable {
    case text
    /// Relative to the file.
    case path
    case flag
    case word([String])
    case count(ClosedRange<Int>)
    /// A time such as `300ms`.
    case time
    case wait(Bounds.Wait)
    /// A time of a second or more, or `off`.
    case period
    case lane
    /// Where a page is shown: an address of TCP, or a port of the machine itself.
    case page
  }

  init(_ key: String, _ kind: Kind, option: String? = nil, _ standard: String? = nil) {
    self.key = key
    self.kind = kind
    self.option = option ?? key
    self.standard = standard
  }

  static let numberings = ["partitioned", "bitbake"]
  private static let some = 1...Int(clamping: Int32.max)

  /// Each option of `headwater serve` has its key; those with more structure than a word are read by ``NodeReader``.
  package static let all: [Setting] = [
    Setting("upstream-away", .word(["strict", "fallback", "offline"]), "fallback"),
    Setting("upstream-deadline", .wait(Bounds.upstreamDeadline), "2s"),
    Setting("numbering", .word(numberings), "partitioned"),
    Setting("level", .count(0...Partition.deepest)),
    Setting("lane", .lane, "0/1"),
    Setting("database", .path, "prserv.sqlite3"),
    Setting("durability", .word(["full", "normal", "off"]), "full"),
    Setting("allow-network-disk", .flag, "false"),
    Setting("read-only", .flag, "false"),
    Setting("on-miss", .word(["refuse", "predict"]), "refuse"),
    Setting("sync-every", .period),
    Setting("frozen", .path),
    Setting("status", .page),
    Setting("status-token-file", .path),
    Setting("ready-file", .path),
    Setting("tls.certificate", .path, option: "tls-certificate"),
    Setting("tls.key", .path, option: "tls-key"),
    Setting("tls.trust", .path, option: "tls-trust"),
    Setting("tls.name", .text, option: "tls-name"),
    Setting("tls.require-client-certificate", .flag, option: "tls-require-client-certificate", "true"),
    Setting(
      "log.level", .word(["trace", "debug", "info", "notice", "warning", "error", "critical"]), option: "log-level",
      "info"),
    Setting("log.format", .word(["text", "json"]), option: "log-format", "text"),
    Setting("limits.max-connections", .count(some), option: "max-connections", "16384"),
    Setting("limits.max-connections-per-address", .count(some), option: "max-connections-per-address", "8192"),
    Setting("limits.max-in-flight", .count(some), option: "max-in-flight", "256"),
    Setting("limits.max-bytes-in-flight", .count(some), option: "max-bytes-in-flight", "268435456"),
    Setting("limits.max-line", .count(some), option: "max-line", "65536"),
    Setting("limits.max-message", .count(some), option: "max-message", "131072"),
    Setting("limits.max-depth", .count(1...512), option: "max-depth", "16"),
    Setting("limits.max-headers", .count(some), option: "max-headers", "32"),
    Setting("limits.max-header-bytes", .count(some), option: "max-header-bytes", "8192"),
    Setting("limits.handshake-timeout", .time, option: "handshake-timeout", "10s"),
    Setting("limits.message-timeout", .time, option: "message-timeout", "10s"),
    Setting("limits.idle-timeout", .time, option: "idle-timeout"),
    Setting("limits.write-timeout", .time, option: "write-timeout", "60s"),
    Setting("limits.drain-timeout", .time, option: "drain-timeout", "10s"),
    Setting("limits.lock-timeout", .wait(Bounds.lockTimeout), option: "lock-timeout", "20s"),
    Setting("limits.event-loops", .count(Bounds.eventLoops), option: "event-loops", "1"),
  ]

  /// Keys that hold keys of their own.
  static let groups = ["tls", "log", "limits"]

  /// Keys that are read as they need it.
  static let structured = ["description", "host", "role", "listen", "upstream", "rights"]

  // The table is the program's own; a key that stands twice in it ends the first test.
  static let byKey = Dictionary(uniqueKeysWithValues: all.map { ($0.key, $0) })

  /// The keys below a group, or with nil all that a node has.
  static func names(in group: String?) -> [String] {
    guard let group else { return structured + groups + all.map(\.key).filter { !$0.contains(".") } }
    return all.map(\.key).filter { $0.hasPrefix(group + ".") }.map { String($0.dropFirst(group.count + 1)) }
  }
}
