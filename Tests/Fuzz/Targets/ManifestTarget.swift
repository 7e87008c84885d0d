// SPDX-License-Identifier: Apache-2.0
import PRStore
import PRStoreSQLite
import TestDisk
import TestSeed
import TestStore

extension FuzzTarget {
  /// The manifest of a frozen release. One that is accepted says what the original says, whatever was changed in it.
  static let manifest = FuzzTarget("manifest", length: 2048) { bytes in
    var input = FuzzInput(bytes)
    let isWhole = input.flag()
    var text = isWhole ? input.rest() : original
    while !input.isEmpty { change(&text, by: &input) }
    guard let read = try? verified(text) else { return }
    try require(read == (try verified(original)), "a manifest that was changed is accepted: \(read)")
  }

  private static func change(_ text: inout [UInt8], by input: inout FuzzInput) {
    let place = input.word() % max(text.count, 1)
    switch input.number(below: 4) {
    case 0 where !text.isEmpty: text[place] = input.byte()
    case 1: text.insert(input.byte(), at: place)
    case 2: text.removeSubrange(place..<min(place + input.number(below: 16), text.count))
    default: text.removeSubrange(min(place, text.count)...)
    }
  }

  private static func verified(_ text: [UInt8]) throws -> Manifest {
    let disk = SimulatedDisk(Seed(1))
    disk.makeFolder("/releases")
    disk.put(Array("frozen rows\n".utf8), at: "/releases/one")
    disk.put(text, at: Manifest.path(of: "/releases/one"))
    var environment = StoreEnvironment.system
    environment.files = disk
    return try Manifest.verified(of: "/releases/one", in: environment)
  }

  private static let original = Array(
    """
    {
      "digest" : "0000000000000000000000000000000000000000000000000000000000000000",
      "frozen" : "2026-01-02T03:04:05Z",
      "rows" : 41,
      "seal" : "6f44d45cb0b1878fa5a2c69691383660b53019c96a7adc8a05e6e99424005832",
      "serial" : 42,
      "sha256" : "703dac7c596c9b63ba06e382deea3183a2da301fd64f33c452fc4ea51ad54543",
      "store" : "6fa459ea-ee8a-4ca4-894e-db77e160355e"
    }

    """.utf8)
}
