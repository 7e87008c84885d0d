// SPDX-License-Identifier: Apache-2.0
import PRFederation

/// Why a database is not served as one that stands alone: it would give numbers that its federation has given to other contents.
package enum MisplacedDatabase: Hashable, Sendable {
  /// It is a member's, and the folder of keys does not make it one.
  case lacksKeys(Membership)
  /// It is that of no node of a federation, and the folder has the keys of a member: it was restored from a backup of before the member
  /// joined, or is another one.
  case lacksPlace(MemberURI, keys: String)

  /// - Parameters:
  ///   - isAuthority: the database has a register.
  ///   - keys: nil where no folder stands beside the database.
  /// - Returns: nil for one that may stand alone.
  /// - Throws: where the certificate of the folder cannot be read.
  package init?(_ membership: Membership?, isAuthority: Bool, _ keys: KeyFolder?) throws(KeyFolderError) {
    if let membership {
      self = .lacksKeys(membership)
      return
    }
    guard !isAuthority, let keys, keys.isComplete else { return nil }
    let holder = try keys.certificate().identity
    // The authority stands above all others in either case.
    guard holder.member != .authority else { return nil }
    self = .lacksPlace(holder, keys: keys.path)
  }

  /// - Parameters:
  ///   - path: of the database.
  ///   - keys: the folder that was looked into.
  package func words(_ path: String, keys: String?) -> String {
    switch self {
    case .lacksKeys(let membership):
      "\(path) is the database of the member \(membership.name) of \(membership.federation), and "
        + "\(keys ?? "the folder of --keys") does not have its keys, or this user may not read them: name the right folder with "
        + "--keys of 'headwater serve', give it to the server's user, or join again with "
        + "'headwater invite \(membership.name) --again' and 'headwater join'"
    case .lacksPlace(let holder, let keys):
      "\(path) is not the database of a member, and \(keys) has the keys of the member \(holder.member) of "
        + "\(holder.federation): put the member's database back, or, where this is a backup from before it joined, join "
        + "again with 'headwater invite \(holder.member) --again' and 'headwater join'; to serve a database that never "
        + "joined, name another folder with --keys of 'headwater serve'"
    }
  }
}
