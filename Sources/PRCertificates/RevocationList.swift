// SPDX-License-Identifier: Apache-2.0

/// The certificates that the authority has revoked (RFC 5280, 5), with the authority's signature, which was checked.
package struct RevocationList: Hashable, Sendable {
  package struct Entry: Hashable, Sendable {
    package let serial: SerialNumber
    /// When it was revoked, in seconds since 1970.
    package let time: Int64

    package init(serial: SerialNumber, time: Int64) {
      self.serial = serial
      self.time = time
    }
  }

  /// Each list has a greater one than those before.
  package let number: UInt64
  /// In seconds since 1970: an hour before the list was signed.
  package let thisUpdate: Int64
  /// In seconds since 1970.
  package let nextUpdate: Int64
  /// In the order of their serials, each once.
  package let entries: [Entry]
  /// The key of the authority that signed it, whose certificates it is about.
  package let authority: PublicKey
  package let der: [UInt8]

  /// Revoked certificates that have expired need not be listed.
  package static let maximumEntries = 10_000

  /// In seconds, a day: an older one is an alarm.
  package static let maximumAge: Int64 = 86_400

  package func pem() throws(CertificateError) -> String { try PEMText.text(.revocationList, der) }

  package func contains(_ serial: SerialNumber) -> Bool { entry(serial) != nil }

  /// Found in as many steps as the number of entries has binary digits.
  package func entry(_ serial: SerialNumber) -> Entry? {
    var (low, high) = (0, entries.count)
    while low < high {
      let middle = low + (high - low) / 2
      if entries[middle].serial < serial { low = middle + 1 } else { high = middle }
    }
    return low < entries.count && entries[low].serial == serial ? entries[low] : nil
  }

  /// How many seconds ago it was signed; 0 where the clock is late.
  ///
  /// - Parameter now: in seconds since 1970.
  package func age(at now: Int64) -> Int64 {
    // Dates of DER are far from the ends of 64 bits.
    let (age, overflows) = now.subtractingReportingOverflow(thisUpdate + ValidityPeriod.leeway)
    return overflows ? (now < 0 ? 0 : .max) : max(age, 0)
  }

  /// Whether it takes the other's place: a list of another authority has a place of its own.
  package func replaces(_ other: RevocationList) -> Bool { authority == other.authority && number > other.number }
}
