// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRCertificates
import PRFederation
import PRRevision
import PRServer
import PRWire

@testable import PRMembership

/// A store with a token.
struct Joiner: Sendable {
  let token: EnrollmentToken
  let key: PrivateKey
  let request: SigningRequest
  var store: String
  var presented: PresentedNonce?

  init(_ token: EnrollmentToken, store: String = "a-store") throws {
    self.token = token
    self.store = store
    key = try PrivateKey()
    request = try SigningRequest(for: key)
  }

  var fields: EnrollFields {
    get throws {
      let fields = EnrollFields(
        id: token.id.description, proof: "", request: try request.pem(), store: store,
        nonce: presented?.description, greatest: [:])
      guard let proven = fields.proven(by: token, request) else { throw DeskError.noValue }
      return proven
    }
  }

  var enroll: FederationRequest { get throws { try fields.request(.enroll) } }

  func site(_ answer: EnrollAnswer) throws -> Site { try Site(answer, key: key, store: store) }
}

/// A member as it is seen by itself.
struct Site: Sendable {
  var name: String
  let id: MemberID
  let store: String
  var key: PrivateKey
  var certificate: MemberCertificate
  var lease: LeaseFields
  var nonce: PresentedNonce

  init(_ answer: EnrollAnswer, key: PrivateKey, store: String) throws {
    guard let id = MemberID(text: answer.id), let nonce = answer.nonce.flatMap({ Nonce($0) }) else {
      throw DeskError.noValue
    }
    (name, self.id, self.store, self.key) = (answer.name, id, store, key)
    certificate = try MemberCertificate(reading: Array(answer.certificate.utf8))
    lease = LeaseFields(level: answer.level, lane: answer.lane, from: answer.from)
    self.nonce = PresentedNonce(given: nonce, own: id.number)
  }

  var peer: FederationPeer { FederationPeer(certificate: certificate, address: "10.0.0.2") }

  var report: ReportFields {
    ReportFields(
      id: id.description, store: store, nonce: nonce.description, lease: lease, revocations: nil, last: nil, wait: 0,
      facts: MemberFacts(version: "1", time: 0), handMade: [])
  }

  /// With the key and the certificate that it has.
  var renewal: RenewFields {
    get throws { try renewal(with: key) }
  }

  func renewal(with key: PrivateKey) throws -> RenewFields {
    RenewFields(request: try SigningRequest(for: key).pem(), certificate: try certificate.pem())
  }

  /// Presents the nonce of an answer from now on.
  mutating func take(_ answer: ReportAnswer) throws {
    guard let next = answer.nonce.next.flatMap({ Nonce($0) }) else { throw DeskError.noValue }
    nonce = PresentedNonce(given: next, own: next.bits)
  }

  func invite(_ name: String, rights: String = "read") -> InviteFields {
    var random = SystemRandomNumberGenerator()
    return InviteFields(
      name: name, kind: "site", addresses: [], parent: nil, rights: rights, again: false,
      id: InvitationID(random.next()).description, secretHash: EnrollmentSecret(using: &random).hash.text)
  }
}

extension FederationFields {
  func passedOn(for member: String?, path: [String] = [], from address: String = "10.0.0.3") -> Self {
    var fields = self
    fields.relayed = Relayed(member: member, address: address, path: path)
    return fields
  }
}

func read<Value: Decodable>(_ text: String) throws -> Value {
  try JSONDecoder().decode(Value.self, from: Data(text.utf8))
}

func name<Value>(_ text: String, _ read: (String) throws(NameError) -> Value) -> Value {
  do { return try read(text) } catch { preconditionFailure("'\(text)' is no name") }
}

func memberName(_ text: String) -> MemberName { name(text, MemberName.init) }

func address(_ text: String) -> MemberAddress {
  guard let address = MemberAddress(text) else { preconditionFailure("'\(text)' is no address") }
  return address
}

/// A folder of its own for one test, gone when the test is.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("headwater-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
    path = url.standardizedFileURL.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { path + "/" + name }
}
