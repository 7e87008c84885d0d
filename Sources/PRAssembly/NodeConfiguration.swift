// SPDX-License-Identifier: Apache-2.0
import PRNode
import PRServer
import PRStore

/// All that a serving process is told.
public struct NodeConfiguration: Sendable {
  public var store: StoreOptions
  public var policy: NodePolicy
  public var server: ServerOptions
  /// Where the addresses go that were really bound, a line each.
  public var readyFile: String?

  public init(store: StoreOptions, policy: NodePolicy, server: ServerOptions, readyFile: String? = nil) {
    self.store = store
    self.policy = policy
    self.server = server
    self.readyFile = readyFile
  }
}

/// The version of the programs.
public let headwaterVersion = "0.1.0"
