// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  import PRRevision
  import TestSeed
  import Testing

  @testable import PRStorePostgres

  @Suite("The keys of the indexes")
  struct KeysTests {
    private static let samples = [
      "0", "1", "9", "10", "1.0", "1.1", "1.255", "1.256", "18446744073709551615", "2.0.0.7",
    ]

    @Test("the bytes of numbers have the order of revisions", arguments: Seed.several(1))
    func order(seed: Seed) throws {
      var numbers = seed.numbers
      var revisions = Self.samples.compactMap { Revision($0) }
      for _ in 0..<60 {
        let length = Int.random(in: 1...3, using: &numbers)
        revisions.append(Revision(components: (0..<length).map { _ in UInt64.random(in: 0...300, using: &numbers) }))
      }
      for left in revisions {
        for right in revisions {
          let isBefore = PostgresKeys.number(left).lexicographicallyPrecedes(PostgresKeys.number(right))
          #expect(isBefore == (left < right), "\(left), \(right); \(seed)")
        }
      }
    }

    @Test("the values under a revision end in front of the next")
    func under() throws {
      for text in Self.samples {
        let base = try #require(Revision(text))
        let end = PostgresKeys.end(under: base)
        for other in Self.samples.compactMap({ Revision($0) }) + [base.appending(0), base.appending(.max)] {
          let number = PostgresKeys.number(other)
          let isBehind = PostgresKeys.number(base).lexicographicallyPrecedes(number)
          let isBeforeEnd = end.map { number.lexicographicallyPrecedes($0) } ?? true
          #expect((isBehind && isBeforeEnd) == other.isUnder(base), "\(other) under \(base)")
        }
      }
    }

    @Test("names that join to the same text have keys of their own")
    func names() {
      let keys = [("ab", "c"), ("a", "bc"), ("", "abc"), ("abc", "")].map { version, pkgarch in
        PostgresKeys.package(PackageKey(version: version, pkgarch: pkgarch))
      }
      #expect(Set(keys).count == 4 && keys.allSatisfy { $0.count == 32 })
    }
  }
#endif
