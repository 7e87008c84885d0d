// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore

/// How a database is opened.
package struct StoreOptions: Hashable, Sendable {
  package var path: String
  package var durability: Durability
  package var readOnly: Bool
  /// The file never changes: it is read without a lock, and may be on a medium that cannot be written.
  package var isFrozen = false
  /// The schema refuses a foreign process's row that gives a value to a second checksum. For the `partitioned`
  /// numbering; `bitbake`'s own rules can want such rows. Nil leaves the schema as it is: for commands that do not serve.
  package var guardsValues: Bool?
  /// How long a decision waits for a lock that another process holds, before it is refused.
  package var lockTimeout: Duration
  /// The log is made as long as it will get when the database is opened. For a process that serves it.
  package var stretchesLog = false
  /// Rows of BitBake 2.8 and older that were not taken over are no reason to refuse. For commands that do not answer
  /// from the file.
  var ignoresOldTables = false
  /// The file's mark is written, and believed: for a store that numbers.
  package var keepsMark = true
  /// Heads are compared with rows. False for commands that repair the file.
  var checksHeads = true
  /// What the choice of heads that are looked at follows from; nil: another one each time.
  var sampleSeed: UInt64?
  /// The file may be on a network file system, whatever the durability.
  package var allowsNetworkDisk = false
  /// Where the system tells what is mounted.
  var mountTable = "/proc/self/mountinfo"
  /// How many pages the log has before they go to the database: 16 MiB. More than SQLite's thousand, so that pages
  /// that many rows touch are written once for all of them.
  var logPages = 4096
  /// Page caches in KiB: the writer's, each event loop's, each reader thread's.
  package var writerCache = 32 << 10
  package var turnCache = 32 << 10
  package var readerCache = 8 << 10

  package init(
    path: String, durability: Durability = .full, readOnly: Bool = false, guardsValues: Bool? = nil,
    lockTimeout: Duration = .seconds(20)
  ) {
    self.path = path
    self.durability = durability
    self.readOnly = readOnly
    self.guardsValues = guardsValues
    self.lockTimeout = lockTimeout
  }
}

/// What opening did to the file.
package struct OpeningReport: Hashable, Sendable {
  /// There was no file.
  package var created = false
  /// Rows that BitBake's server had written, now in the feed.
  package var adoptedRows: Int64 = 0
  /// Tables of BitBake 2.8 and older whose rows were taken over, with how many.
  package var takenOver: [String: Int64] = [:]
  /// Rows of those tables that were refused, since their value belongs to another checksum.
  package var refusedOldRows: [RefusedRow] = []

  package struct RefusedRow: Hashable, Sendable {
    package let tuple: TupleKey
    package let value: String
    package let holder: String
  }

  /// The medium cannot be written: the file is read as it stands.
  package var isImmutable = false
  /// Rows that the file lacks, by its mark.
  package var loss: StoreLoss?
  /// Nothing is numbered until the loss is made good or acknowledged.
  package var isHeld = false
  /// The network file system that the file is on; nil for a local one.
  package var networkDisk: String?
}
