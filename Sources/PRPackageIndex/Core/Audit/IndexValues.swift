// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// The values of one index, by recipe.
///
/// A feed may keep older versions, so that only the newest value of each package counts: a recipe is built as a whole, and its
/// packages get one value.
struct IndexValues {
  enum Outcome { case taken, unreadable }

  private struct Record {
    let recipe: UInt32
    let value: UInt32
    let package: UInt64
    let place: PlaceTable.Place
  }

  private struct Recipe {
    let name: String
    let version: PublishedVersion
    let architecture: String
  }

  let index: String
  /// For each version of a recipe and architecture: its number, and the first value that it had.
  private var recipes = ShardedTable<Fingerprint, (number: UInt32, value: UInt32)>()
  private var count: UInt32 = 0
  private var records = ChunkedArray<Record>()
  /// Those with more than one value, by number, in the order in which that was seen.
  private var differing: [UInt32: Recipe] = [:]
  private var differingNumbers: [UInt32] = []
  private var values: [Revision] = []
  private var valueNumbers: [Revision: UInt32] = [:]

  init(_ index: String = "") { self.index = index }

  mutating func take(_ package: PublishedPackage, at place: PlaceTable.Place) -> Outcome {
    let found: (release: ReleaseText, value: Revision?)
    do throws(MappingRefusal) {
      let release = try ReleaseText(package.version.release, recorded: package.recipeVersion?.revision)
      found = (release, try release.value(maximumNumbers: nil))
    } catch {
      return error == .unreadableValue ? .unreadable : .taken
    }
    guard let value = found.value, let name = package.recipe, count < .max else { return .taken }
    let valueNumber = number(of: value)
    let version = PublishedVersion(
      epoch: package.version.epoch, version: package.version.version, release: found.release.revision)
    let key = Fingerprint(name, version.description, package.architecture)
    let recipe = recipes[key] ?? (count, valueNumber)
    if recipe.number == count {
      recipes[key] = recipe
      count += 1
    }
    if recipe.value != valueNumber, differing[recipe.number] == nil {
      differing[recipe.number] = Recipe(name: name, version: version, architecture: package.architecture)
      differingNumbers.append(recipe.number)
    }
    records.append(
      Record(
        recipe: recipe.number, value: valueNumber, package: Fingerprint.half(0, [package.name]), place: place))
    return .taken
  }

  private mutating func number(of value: Revision) -> UInt32 {
    if let number = valueNumbers[value] { return number }
    let number = UInt32(clamping: values.count)
    values.append(value)
    valueNumbers[value] = number
    return number
  }

  /// The recipes whose packages end in different values.
  func findings(_ places: PlaceTable) -> [FeedFinding] {
    guard !differingNumbers.isEmpty else { return [] }
    var newest: [UInt32: [UInt64: PlacedValue]] = [:]
    for index in records.indices where differing[records[index].recipe] != nil {
      let record = records[index]
      let value = values[Int(clamping: record.value)]
      if let other = newest[record.recipe]?[record.package], other.value >= value { continue }
      newest[record.recipe, default: [:]][record.package] = PlacedValue(value: value, place: places[record.place])
    }
    return differingNumbers.compactMap { number in
      guard let recipe = differing[number], let packages = newest[number] else { return nil }
      let sorted = packages.values.sorted { Self.isBefore($0, $1) }
      guard let lower = sorted.first, let higher = sorted.first(where: { $0.value == sorted.last?.value }),
        lower.value != higher.value
      else { return nil }
      return .differingValues(
        recipe: recipe.name, version: recipe.version, architecture: recipe.architecture, lower: lower, higher: higher)
    }
  }

  private static func isBefore(_ left: PlacedValue, _ right: PlacedValue) -> Bool {
    if left.value != right.value { return left.value < right.value }
    if left.place.file != right.place.file { return left.place.file < right.place.file }
    return (left.place.line ?? 0) < (right.place.line ?? 0)
  }
}
