// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRAssembly
import PRClient
import PRFederation
import PRRevision
import PRWire

extension ServerOption {
  /// The federation as the server has it, read page by page.
  func federation() async throws -> FederationReport {
    let connection = try await open(asksForDescription: true)
    do {
      guard connection.description.features.contains(.federation) else {
        throw UserFacingError(
          "\(server) is not part of a federation; name the authority's server, or one of a member, with --server")
      }
      var report = try await connection.federation(after: nil)
      while let next = report.next {
        let page = try await connection.federation(after: next)
        // A server that promises more and gives nothing, or gives more than a register has, would be asked for ever.
        guard let last = page.members.last, last.name > next else { throw connection.unreadable }
        report.add(page)
        guard report.members.count <= FederationReport.maximumMembers else { throw connection.unreadable }
      }
      await connection.close()
      return report
    } catch {
      await connection.close()
      throw error
    }
  }

  /// The whole federation: only its authority has it.
  func wholeFederation() async throws -> FederationReport {
    let report = try await federation()
    guard report.isWhole else {
      let authority = report.addresses.first.map { " at \($0)" } ?? ""
      throw UserFacingError(
        "\(server) is the member \(report.here?.name ?? "") of \(report.name), and has its own part of the federation only; "
          + "name the authority\(authority) with --server")
    }
    return report
  }
}

extension ServerConnection {
  private struct Fields: Encodable {
    let after: String?
  }

  fileprivate func federation(after name: String?) async throws -> FederationReport {
    let request = FederationRequest(.federation, fields: try Fields(after: name).jsonLine)
    guard case .federation(let text) = try await ask(.federation(request)),
      let page = try? JSONDecoder().decode(FederationReport.self, from: Data(text.utf8)), page.isSound
    else { throw unreadable }
    return page.plain
  }

  fileprivate var unreadable: UserFacingError {
    UserFacingError("\(server) sent an answer that cannot be read; check that it runs this version")
  }
}
