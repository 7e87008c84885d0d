// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  import PRStore

  package struct PostgresOptions: Hashable, Sendable {
    package var address: PostgresAddress
    /// What the server lists the connections by.
    package var applicationName: String
    package var durability: Durability
    /// How long a decision waits for a server that takes it.
    package var timeout: Duration
    /// Where the position of the last confirmed commit is kept; nil keeps it in memory alone.
    package var positionFile: String?
    /// For a server, which numbers. A command puts rows on record in a store that is stopped, too, and has commits confirmed
    /// whatever the servers of the store do.
    package var isOfServer: Bool
    /// Nothing is written, and no schema is made.
    package var isReadOnly: Bool

    package init(
      _ address: PostgresAddress, applicationName: String = "headwater", durability: Durability = .full,
      timeout: Duration = .seconds(20), positionFile: String? = nil, isOfServer: Bool = true,
      isReadOnly: Bool = false
    ) {
      self.address = address
      self.applicationName = applicationName
      self.durability = durability
      self.timeout = timeout
      self.positionFile = positionFile
      self.isOfServer = isOfServer
      self.isReadOnly = isReadOnly
    }

    /// The settings of each session, which the start-up packet sends.
    var sessionSettings: [(String, String)] { Self.fixedSettings + [("synchronous_commit", synchronousCommit)] }

    private static let fixedSettings = [
      // A cancelled wait for the standby is a warning: it must come.
      ("client_min_messages", "warning"),
      ("lock_timeout", "3s"), ("idle_in_transaction_session_timeout", "3s"), ("idle_session_timeout", "0"),
      // It would not end a COMMIT that waits, and a deadline of our own ends all else.
      ("statement_timeout", "0"),
      // Each statement finds its rows by an index, however the tables grow.
      ("enable_seqscan", "off"), ("jit", "off"), ("plan_cache_mode", "force_generic_plan"),
      ("search_path", "headwater"),
    ]

    var synchronousCommit: String {
      switch durability {
      case .full: "on"
      case .normal: "local"
      case .off: "off"
      }
    }
  }
#endif
