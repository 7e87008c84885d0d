// SPDX-License-Identifier: Apache-2.0

/// A law of docs/numbering.md that did not hold.
struct Violation: Error, Sendable, CustomStringConvertible {
  let law: Law
  let details: String

  enum Law: String, Sendable {
    case oneHolderHere = "on one node no value of a package belongs to two checksums"
    case neverDown = "answers without history never go down"
    case neverChanges = "answers with history never change"
    case oneHolderAnywhere = "in a federation with distinct lanes no value belongs to two checksums"
    case upstreamsValue =
      "a tuple first asked here and known above, with nothing greater here, has the upstream's value"
    case onRecord = "what is answered is on record"
    case kept = "what is answered of an upstream's answer is in the copy"
    case ownNumbers = "what is minted has level + 1 components, in the lane, above all that is known"
    case storesNothing = "a read-only node stores no answers"
    case wholeCopy = "a copy that is said to be whole has all rows of the upstream"
    case floors = "an answer without history is not below the floor of its package"
    case truthfulCopy = "a copy holds what nodes above have held"
    case knownHere = "what is known here is answered from here, whatever the upstream does"
    case knownAbove = "what is known anywhere above is told to those who ask for it"
    case refusedRightly = "a request is refused only where it must be, and is where it must be"
  }

  var description: String { "\(law.rawValue): \(details)" }
}

/// Looks at the story of a federation, event by event. It knows rows and answers as text, and none of the rules.
struct Laws {
  struct Place {
    let parent: Int?
    let level: Int
    let lane: UInt64
    let lanes: UInt64
    /// From the beginning; else it may number like a node of any level from 1 on.
    let knowsLevel: Bool
    /// It stores no answers.
    let isReadOnly: Bool
    /// It stores no answers and gives the next number to a tuple without a value.
    let predicts: Bool
  }

  struct Holding: Hashable {
    let package: String
    let checksum: String
    let value: Dotted
  }

  struct Naming: Hashable {
    let package: String
    let value: Dotted
  }

  /// What a node's database holds, as the events tell.
  struct Image {
    var own: [Holding] = []
    var copied: [Holding] = []
    var bounds: [Naming] = []
    var floors: [String: Dotted] = [:]
    /// Floors of all times.
    var everFloors: Set<Naming> = []
    /// As the last question was put. Whoever changes it begins again, and what was under way is lost.
    var isStrict = false
    /// Own rows of all times, those that a restore took away too.
    var everOwn: Set<Holding> = []
    var everNamed: Set<Naming> = []
    /// What clients were told without history, as far as it is on record.
    var told: [Naming] = []
    /// What clients were told with history, as far as it is on record.
    var kept: [Holding] = []
  }

  let places: [Place]
  var images: [Image]
  /// Whose a value is, all over the federation.
  var holders: [Naming: String] = [:]
  /// The promise for the whole federation stands: nobody above was restored, nothing was imported that another node
  /// may mint, and all know their level.
  var holdsAnywhere: Bool
  /// The answer that an undisturbed question must have.
  var expected: Expectation?
  /// Nothing else happens until the question that was put last is answered.
  var isUndisturbed = false

  init(_ places: [Place]) {
    self.places = places
    images = places.map { _ in Image() }
    holdsAnywhere = places.allSatisfy(\.knowsLevel)
  }

  /// - Returns: the law that this event breaks.
  mutating func see(_ event: Event) -> Violation? {
    do throws(Violation) {
      switch event {
      case .asked(let question, let node, let circumstances):
        images[node].isStrict = circumstances.isStrict
        isUndisturbed = circumstances.isUndisturbed
        expected = circumstances.isUndisturbed ? expect(question, node, circumstances) : nil
      case .answered(let question, let node, let value): try answered(question, node, value)
      case .refused(let question, let node, let overflow): try refused(question, node, overflow)
      case .stored(let row, let node, let imported): try stored(Self.holding(row), node, imported)
      case .copied(let row, let node): try copied(Self.holding(row), node)
      case .bound(let package, let value, let node):
        let naming = Naming(package: package, value: Self.read(value))
        let isTrue = above(node).contains {
          images[$0].everNamed.contains(naming) || images[$0].everFloors.contains(naming)
        }
        try require(isTrue, .truthfulCopy, "node \(node), \(value)")
        images[node].bounds.append(naming)
      case .floor(let package, let value, let node, let isRaisedHere):
        try floor(Naming(package: package, value: Self.read(value)), node, isRaisedHere)
      case .restored(let node, let backup): restored(node, backup)
      case .copyDropped(let node):
        images[node].copied = []
        images[node].bounds = []
      case .copyIsWhole(let node): try copyIsWhole(node)
      case .remark: break
      }
      return nil
    } catch {
      return error
    }
  }

  func require(_ isTrue: Bool, _ law: Violation.Law, _ details: @autoclosure () -> String) throws(Violation) {
    if !isTrue { throw Violation(law: law, details: details()) }
  }

  static func read(_ text: String) -> Dotted {
    guard let value = Dotted(text) else { preconditionFailure("no row has a value such as \(text)") }
    return value
  }

  static func holding(_ row: TextRow) -> Holding {
    Holding(package: row.package, checksum: row.checksum, value: read(row.value))
  }

  /// The nodes above one.
  func above(_ node: Int) -> [Int] {
    var found: [Int] = []
    var next = places[node].parent
    while let index = next {
      found.append(index)
      next = places[index].parent
    }
    return found
  }

  // MARK: Rows

  private mutating func stored(_ row: Holding, _ node: Int, _ imported: Bool) throws(Violation) {
    try require(!places[node].isReadOnly, .storesNothing, "node \(node): \(row.checksum) \(row.value.parts)")
    let naming = Naming(package: row.package, value: row.value)
    let rival = images[node].own.first {
      $0.package == row.package && $0.value == row.value && $0.checksum != row.checksum
    }
    try require(
      rival == nil, .oneHolderHere, "node \(node), \(row.value.parts): \(rival?.checksum ?? ""), \(row.checksum)")
    if imported {
      if !isOwnKind(row.value, node) { holdsAnywhere = false }
      // An operator may give a tuple a lesser value than its first: the least is what history means from then on.
      images[node].kept.removeAll {
        $0.package == row.package && $0.checksum == row.checksum && row.value.isBelow($0.value)
      }
    } else if !images[node].copied.contains(row) {
      try minted(row, node)
    }
    images[node].own.append(row)
    images[node].everOwn.insert(row)
    images[node].everNamed.insert(naming)
    try belongs(row)
  }

  private mutating func floor(_ floor: Naming, _ node: Int, _ isRaisedHere: Bool) throws(Violation) {
    let isTrue = isRaisedHere || above(node).contains { images[$0].everFloors.contains(floor) }
    try require(isTrue, .truthfulCopy, "node \(node), the floor \(floor.value.parts)")
    let before = images[node].floors[floor.package]
    try require(before?.isBelow(floor.value) ?? true, .floors, "node \(node) lowers \(before?.parts ?? [])")
    images[node].floors[floor.package] = floor.value
    images[node].everFloors.insert(floor)
  }

  private func minted(_ row: Holding, _ node: Int) throws(Violation) {
    try require(isOwnKind(row.value, node), .ownNumbers, "node \(node) minted \(row.value.parts)")
    let image = images[node]
    let known =
      (image.own + image.copied).filter { $0.package == row.package }.map(\.value)
      + image.bounds.filter { $0.package == row.package }.map(\.value)
      + [image.floors[row.package]].compactMap(\.self)
    let isAbove = known.allSatisfy { $0.isBelow(row.value) }
    // It stands directly under what is known: nothing is skipped but other lanes.
    let level = row.value.parts.count - 1
    let base = Dotted.greatest(known)?.parts ?? []
    for place in 0..<level {
      let part = place < base.count ? base[place] : 0
      try require(row.value.parts[place] == part, .ownNumbers, "node \(node) minted \(row.value.parts) over \(base)")
    }
    let least = base.count > level ? base[level] + 1 : 0
    try require(
      row.value.parts[level] - least < places[node].lanes, .ownNumbers,
      "node \(node) minted \(row.value.parts) over \(base), of \(places[node].lanes) lanes")
    try require(isAbove, .ownNumbers, "node \(node) minted \(row.value.parts), knowing \(known.map(\.parts))")
  }

  private func isOwnKind(_ value: Dotted, _ node: Int) -> Bool {
    let place = places[node]
    let least = place.knowsLevel ? place.level + 1 : 2
    guard (least...place.level + 1).contains(value.parts.count), let last = value.parts.last else { return false }
    return last % place.lanes == place.lane
  }

  private mutating func copied(_ row: Holding, _ node: Int) throws(Violation) {
    let isTrue = above(node).contains { images[$0].everOwn.contains(row) }
    try require(isTrue, .truthfulCopy, "node \(node): \(row.checksum) \(row.value.parts)")
    images[node].copied.append(row)
    try belongs(row)
  }

  private func copyIsWhole(_ node: Int) throws(Violation) {
    guard let parent = places[node].parent else { return }
    let lacking = (images[parent].own + images[parent].copied).filter { !images[node].copied.contains($0) }
    try require(
      lacking.isEmpty, .wholeCopy, "node \(node) lacks \(lacking.map { "\($0.checksum) \($0.value.parts)" })")
    let floors = images[parent].floors.filter { package, value in images[node].floors[package]?.isBelow(value) ?? true }
    try require(floors.isEmpty, .wholeCopy, "node \(node) lacks the floors \(floors.mapValues(\.parts))")
  }

  /// The promise for the whole federation.
  private mutating func belongs(_ row: Holding) throws(Violation) {
    guard holdsAnywhere else { return }
    let naming = Naming(package: row.package, value: row.value)
    let holder = holders[naming] ?? row.checksum
    try require(holder == row.checksum, .oneHolderAnywhere, "\(row.value.parts): \(holder), \(row.checksum)")
    holders[naming] = holder
  }

  private mutating func restored(_ node: Int, _ backup: Backup) {
    let own = backup.own.map(Self.holding)
    if places.contains(where: { $0.parent == node }) { holdsAnywhere = false }
    // What only this node held, and holds no more, is free again.
    for lost in images[node].own where !own.contains(lost) {
      guard !images.indices.contains(where: { $0 != node && images[$0].own.contains(lost) }) else { continue }
      holders[Naming(package: lost.package, value: lost.value)] = nil
    }
    images[node].own = own
    images[node].copied = backup.copied.map(Self.holding)
    images[node].bounds = backup.bounds.map { Naming(package: $0.package, value: Self.read($0.value)) }
    images[node].floors = Dictionary(uniqueKeysWithValues: backup.floors.map { ($0.package, Self.read($0.value)) })
    // An answer that is on record still binds; one that was forgotten does not.
    images[node].told.removeAll { told in
      !own.contains { $0.package == told.package && $0.value == told.value }
    }
    // Nor one below which a backup of other days brings back another value.
    images[node].kept.removeAll { kept in
      !own.contains(kept)
        || own.contains { $0.package == kept.package && $0.checksum == kept.checksum && $0.value.isBelow(kept.value) }
    }
    expected = nil
  }
}
