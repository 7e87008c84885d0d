// SPDX-License-Identifier: Apache-2.0
import Foundation
import Logging
import PRServer
import PRTLS

/// Whether other users of the machine can read or change a file that decides whom a node trusts.
struct FileTrust: Hashable {
  /// What a file is for.
  enum Purpose: Hashable {
    /// A key or a token: who reads it can act for the node.
    case secret
    /// A certificate or the trusted authorities: who writes it decides who may come in.
    case publicly
  }

  let purpose: Purpose
  let owner: UInt32
  /// Permissions, as `chmod` takes them.
  let mode: UInt32
  /// The user that this process runs as.
  let ownUser: UInt32

  /// What is wrong; nil where other users cannot do harm. Reading by the file's group is in order: that is how a key is given
  /// to a service.
  var problem: String? {
    if owner != ownUser, owner != 0 { return "it belongs to another user, who can change it" }
    if mode & 0o022 != 0 { return "other users can write it: chmod go-w" }
    if purpose == .secret, mode & 0o004 != 0 { return "all users can read it: chmod o-r" }
    return nil
  }

  /// Nil for a file that is not there: what needs it says so.
  init?(_ path: String, _ purpose: Purpose) {
    var file = stat()
    guard stat(path, &file) == 0 else { return nil }
    self.init(purpose: purpose, owner: file.st_uid, mode: file.st_mode & 0o7777, ownUser: geteuid())
  }

  init(purpose: Purpose, owner: UInt32, mode: UInt32, ownUser: UInt32) {
    (self.purpose, self.owner, self.mode, self.ownUser) = (purpose, owner, mode, ownUser)
  }
}

extension FileTrust {
  /// Logs which files of a node other users can read or change.
  static func check(_ configuration: NodeConfiguration, _ logger: Logger) {
    let (tls, token) = (configuration.tls, configuration.options.statusTokenFile)
    let files: [(String?, Purpose)] = [
      (tls.key, .secret), (token, .secret), (tls.key == nil ? nil : tls.certificate, .publicly), (tls.trust, .publicly),
      (tls.key == nil ? tls.certificate : nil, .secret),
    ]
    for (path, purpose) in files {
      guard let path, let problem = FileTrust(path, purpose)?.problem else { continue }
      logger.warning(
        "a file with credentials or trusted authorities is open to other users",
        metadata: [LogKey.file: "\(path)", LogKey.reason: "\(problem)"])
    }
  }
}
