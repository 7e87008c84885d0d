// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRCertificates
import PRClient
import PRFederation
import PRNode
import PRTLS
import PRWire

/// A member's way to its upstream for requests that are about the federation.
package struct MemberLink: Sendable {
  let keys: KeyFolder
  let environment: MembershipEnvironment
  private let connections: MemberConnections?

  /// - Parameter connections: gets those that are made.
  package init(
    keys: KeyFolder, in environment: MembershipEnvironment = .system, connections: MemberConnections? = nil
  ) {
    self.keys = keys
    self.environment = environment
    self.connections = connections
  }

  /// How much of an answer is believed: a list of revoked certificates may be long.
  private static let longestAnswer = 2 << 20

  /// Connects to the first of the addresses that answers, and takes no other member for the upstream.
  ///
  /// - Parameter names: the members that may be there, by their certificates.
  package func connect(
    to addresses: [MemberAddress], of federation: FederationName, names: [MemberName]
  ) async throws(FederationRefusal) -> ServerConnection {
    var reason = "no address of the upstream is on record"
    let connect: MemberReach.Connect
    do throws(TLSError) {
      connect = try environment.reach.connections(with: keys)
    } catch {
      throw FederationRefusal("the keys of this node cannot be used: \(error)")
    }
    for address in addresses {
      var dialer = Dialer(
        .tls(host: address.host, port: Int(clamping: address.port)), timeout: .seconds(10),
        limits: WireLimits(message: Self.longestAnswer), asksForDescription: true)
      dialer.memberConnections = connections
      dialer.acceptedMembers = Set(names.map { MemberURI(federation: federation, member: $0) })
      do throws(ClientError) {
        let connection = try await connect(dialer)
        guard connection.description.features.contains(.federation) else {
          connection.abandon()
          reason = "\(address) answers, and is not part of a federation"
          continue
        }
        return connection
      } catch {
        reason = error.description
      }
    }
    throw FederationRefusal(reason)
  }
}

extension ServerConnection {
  /// Asks, and reads the answer.
  func ask<Answer: Decodable>(
    _ request: FederationRequest, within time: Duration = .seconds(30)
  ) async throws(FederationRefusal) -> Answer {
    let text = try await object(request, within: time)
    do {
      return try JSONDecoder().decode(Answer.self, from: Data(text.utf8))
    } catch {
      throw FederationRefusal("the answer of \(server) cannot be read; is it of this version?")
    }
  }

  /// The answer as it came: a JSON object.
  func object(
    _ request: FederationRequest, within time: Duration = .seconds(30)
  ) async throws(FederationRefusal) -> String {
    do throws(ClientError) {
      guard case .federation(let text) = try await ask(.federation(request), within: time) else {
        throw ClientError.refused("\(server) sent another answer than was asked for")
      }
      return text
    } catch {
      if case .refused(let reason) = error { throw FederationRefusal(reason, isAnswer: true) }
      throw FederationRefusal(error.description)
    }
  }
}
