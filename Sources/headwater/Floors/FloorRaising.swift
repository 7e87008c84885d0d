// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRAssembly
import PRRevision
import PRStore

/// Raises the floors of a spool, or says what it would do: in one transaction, or in several where other machines wait for each.
struct FloorRaising {
  let spool: FloorSpool
  let setter: String
  let milliseconds: Int64

  struct Outcome: Hashable, Sendable, Encodable {
    /// Floors that were raised.
    var raised = 0
    /// Floors that were as high already.
    var known = 0
    /// Of those that were raised: the package's greatest value was below, so that its next answer is another one.
    var ahead = 0
  }

  /// - Parameter isDryRun: nothing is written.
  func run(on store: Store, isDryRun: Bool, each body: @escaping @Sendable (GatheredFloor) -> Void) async throws
    -> Outcome
  {
    if let limit = store.largestTransaction {
      return try await run(on: store, by: limit, isDryRun: isDryRun, each: body)
    }
    let result: Result<Outcome, any Error>
    if isDryRun {
      result = try await store.read(in: .long) { [self] reader throws(StoreError) in
        try gather(by: reader, body) { found throws(StoreError) in
          try reader.floor(of: found.floor.package).map { $0 < found.floor.value } ?? true
        }
      }
    } else {
      result = try await store.write { [self] context throws(StoreError) in
        let result = try gather(by: context.reader, body) { found throws(StoreError) in
          try context.raise(found.floor, provenance(of: found))
        }
        // All or nothing: a spool that cannot be read undoes what was raised.
        if case .failure = result { throw .abandoned }
        return result
      }
    }
    return try result.get()
  }

  private func provenance(of found: GatheredFloor) -> FloorProvenance {
    FloorProvenance(found.origin, source: found.source, setter: setter, milliseconds: milliseconds)
  }

  /// - Parameter limit: so many floors are raised in one transaction.
  private func run(
    on store: Store, by limit: Int, isDryRun: Bool, each body: (GatheredFloor) -> Void
  ) async throws -> Outcome {
    var outcome = Outcome()
    try await spool.readAll(by: limit) { part in
      let standings: [Standing]
      if isDryRun {
        standings = try await store.read(in: .long) { reader throws(StoreError) in
          try part.map { found throws(StoreError) in
            let isNews = try reader.floor(of: found.floor.package).map { $0 < found.floor.value } ?? true
            return Standing(isNews: isNews, isAhead: try Self.isAhead(found.floor, reader))
          }
        }
      } else {
        let about = part.map { TupleKey(package: $0.floor.package, checksum: "") }
        standings = try await store.write(about: about) { [self] context throws(StoreError) in
          try part.map { found throws(StoreError) in
            let isNews = try context.raise(found.floor, provenance(of: found))
            return Standing(isNews: isNews, isAhead: try Self.isAhead(found.floor, context.reader))
          }
        }
      }
      for (found, standing) in zip(part, standings) {
        guard standing.isNews else {
          outcome.known += 1
          continue
        }
        body(found)
        outcome.raised += 1
        if standing.isAhead { outcome.ahead += 1 }
      }
    }
    return outcome
  }

  private struct Standing {
    let isNews: Bool
    /// Above all that the database has of the package.
    let isAhead: Bool
  }

  /// What it would do to a database that does not exist yet.
  func previewOfNew(each body: (GatheredFloor) -> Void) throws -> Outcome {
    var outcome = Outcome()
    try spool.readAll { found in
      body(found)
      outcome.raised += 1
      outcome.ahead += 1
    }
    return outcome
  }

  /// - Parameters:
  ///   - body: is called with each floor that is news.
  ///   - raise: whether a floor is news.
  /// - Returns: a failure where the spool cannot be read.
  private func gather(
    by reader: any ReadContext, _ body: (GatheredFloor) -> Void, raise: (GatheredFloor) throws(StoreError) -> Bool
  ) throws(StoreError) -> Result<Outcome, any Error> {
    var outcome = Outcome()
    var failure: StoreError?
    do {
      try spool.readAll { found in
        do throws(StoreError) {
          guard try raise(found) else {
            outcome.known += 1
            return
          }
          body(found)
          outcome.raised += 1
          if try Self.isAhead(found.floor, reader) { outcome.ahead += 1 }
        } catch {
          failure = error
          throw error
        }
      }
    } catch {
      if let failure { throw failure }
      return .failure(error)
    }
    return .success(outcome)
  }

  private static func isAhead(_ floor: Floor, _ reader: any ReadContext) throws(StoreError) -> Bool {
    let values = [try reader.greatest(of: floor.package), try reader.greatestAbove(floor.package)]
    return values.allSatisfy { $0.map { $0 < floor.value } ?? true }
  }
}
