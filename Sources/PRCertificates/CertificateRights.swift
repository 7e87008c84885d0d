// SPDX-License-Identifier: Apache-2.0

/// The rights that a certificate gives, by their names. What a name means is the server's to say.
///
/// They stand in an extension of our own, as DER:
///
///     HeadwaterRights ::= SEQUENCE OF UTF8String      -- in the order of their bytes, each once
///
/// The extension is not critical. A verifier must refuse a certificate with a critical extension that is new to it (RFC
/// 5280, 4.2): other programs, which only ask who a member is, could not talk to one. A verifier that passes over the
/// extension gives no right, never one too many; so nothing is lost in safety.
package struct CertificateRights: Hashable, Sendable {
  /// In the order of their bytes, each once.
  package let names: [String]

  /// `2.25` is the arc of UUIDs, which need no registration (ITU-T X.667). The UUID is
  /// f0c31e92-8c12-4dcb-bb23-a5d75960f707, made at random for this extension. OpenSSL takes numbers of this size; Go's
  /// crypto/x509, which reads 31 bits, refuses the whole certificate.
  package static let objectIdentifier = "2.25.320027836958743966937317553252383913735"
  package static let maximumCount = 16
  /// In bytes.
  package static let maximumLength = 32
  package static let none = CertificateRights()

  /// - Parameter names: in any order.
  package init(_ names: some Sequence<String>) throws(CertificateError) {
    let sorted = Set(names).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    guard sorted.count <= Self.maximumCount, sorted.allSatisfy(Self.isName) else { throw .badRight }
    self.names = sorted
  }

  private init() { names = [] }

  /// - Returns: nil for anything but what ``der`` gives.
  init?(der: [UInt8]) {
    var outer = DERReader(der[...])
    var list = DERReader(outer.read(DERReader.sequence) ?? [])
    var names: [String] = []
    while names.count < Self.maximumCount, let text = list.read(DERReader.utf8String) {
      guard let name = String(validating: text, as: UTF8.self) else { return nil }
      names.append(name)
    }
    guard let rights = try? CertificateRights(names), rights.der == der else { return nil }
    self = rights
  }

  var der: [UInt8] {
    DERReader.element(
      DERReader.sequence, names.flatMap { DERReader.element(DERReader.utf8String, Array($0.utf8)) })
  }

  private static func isName(_ name: String) -> Bool {
    guard (1...maximumLength).contains(name.utf8.count) else { return false }
    return name.utf8.allSatisfy {
      switch $0 {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
      default: false
      }
    }
  }
}
