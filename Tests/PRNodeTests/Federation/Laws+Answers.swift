// SPDX-License-Identifier: Apache-2.0

/// What the laws say of answers.
extension Laws {
  enum Expectation {
    case value(Dotted, Violation.Law)
    /// Any of some.
    case oneOf([Dotted], Violation.Law)
    case nothing
    /// What a node above has for the tuple, or what is greater than everything known.
    case adoptedOrAbove(Dotted?)
    case refusal
    case noRefusal
  }

  mutating func answered(_ question: Question, _ node: Int, _ text: String?) throws(Violation) {
    let value = text.map(Self.read)
    let details = "node \(node), \(question): \(text ?? "nothing")"
    switch expected {
    case .value(let wanted, let law): try require(value == wanted, law, "\(details), not \(wanted.parts)")
    case .oneOf(let some, let law):
      try require(value.map(some.contains) ?? false, law, "\(details), not one of \(some.map(\.parts))")
    case .nothing: try require(value == nil, .knownAbove, "\(details), though nobody has told it")
    case .adoptedOrAbove(let bound?):
      // A prediction is copied nowhere: there it is enough that a node above has had the row.
      let rows = question.kind == .predict ? above(node).flatMap { images[$0].everOwn } : images[node].copied
      let isAdopted = rows.contains {
        $0.package == question.package && $0.checksum == question.checksum && $0.value == value
      }
      try require(isAdopted || value.map(bound.isBelow) == true, .ownNumbers, "\(details), with \(bound.parts) known")
    case .refusal: try require(false, .refusedRightly, details)
    case .adoptedOrAbove(nil), .noRefusal, nil: break
    }
    expected = nil
    if let value { try requireKept(value, question, node, details) }
    guard question.kind == .get else { return }
    guard let value else { return try require(false, .onRecord, details) }
    let row = Holding(package: question.package, checksum: question.checksum, value: value)
    if places[node].isReadOnly { return try answeredReadOnly(row, node, details) }
    try require(images[node].own.contains(row), .onRecord, details)
    if question.isKept {
      let before = images[node].kept.first { $0.package == row.package && $0.checksum == row.checksum }
      try require(before?.value ?? value == value, .neverChanges, "\(details), after \(before?.value.parts ?? [])")
      if before == nil { images[node].kept.append(row) }
    } else {
      let floor = images[node].floors[row.package]
      try require(floor.map { !value.isBelow($0) } ?? true, .floors, "\(details), with the floor \(floor?.parts ?? [])")
      let last = images[node].told.last { $0.package == row.package }
      try require(
        last.map { !value.isBelow($0.value) } ?? true, .neverDown, "\(details), after \(last?.value.parts ?? [])")
      images[node].told.append(Naming(package: row.package, value: value))
    }
  }

  /// A node that stores no answers gives what the nodes above have had, each value to the checksum that it was copied for
  /// first, or a prediction.
  private func answeredReadOnly(_ row: Holding, _ node: Int, _ details: String) throws(Violation) {
    guard !places[node].predicts else { return }
    try require(above(node).contains { images[$0].everOwn.contains(row) }, .onRecord, details)
    try require(!isTaken(row, at: node), .oneHolderHere, details)
  }

  /// The upstream's answer is kept before the client has it. Meanwhile the copy may be thrown away.
  private func requireKept(
    _ value: Dotted, _ question: Question, _ node: Int, _ details: String
  ) throws(Violation) {
    let isAsked = question.kind == .test || question.kind == .max
    guard isUndisturbed, isAsked else { return }
    let rows = (images[node].own + images[node].copied).filter {
      $0.package == question.package && (question.kind == .max || $0.checksum == question.checksum)
    }
    let bounds = images[node].bounds.filter { question.kind == .max && $0.package == question.package }
    let floors = [images[node].floors[question.package]].compactMap(\.self).filter { _ in question.kind == .max }
    try require((rows.map(\.value) + bounds.map(\.value) + floors).contains(value), .kept, details)
  }

  mutating func refused(_ question: Question, _ node: Int, _ overflow: Bool) throws(Violation) {
    let details = "node \(node) refused: \(question)"
    defer { expected = nil }
    if overflow {
      let known = images.flatMap { $0.own + $0.copied }.filter { $0.package == question.package }
      let isFull = known.contains { $0.value.parts.contains { $0 > .max - 16 } }
      return try require(isFull, .refusedRightly, "\(details), though there are numbers left")
    }
    switch expected {
    case .refusal: break
    case nil:
      let isMiss = places[node].isReadOnly && question.kind == .get
      try require(images[node].isStrict || isMiss, .refusedRightly, details)
    default: try require(false, .refusedRightly, details)
    }
  }

  /// What an undisturbed question must be answered with. Others are answered as they may.
  func expect(_ question: Question, _ node: Int, _ circumstances: Circumstances) -> Expectation? {
    let own = images[node].own.filter { $0.package == question.package }
    let mine = own.filter { $0.checksum == question.checksum }.map(\.value)
    switch question.kind {
    case .test, .max: return expectTold(question, node, circumstances)
    case .get, .predict: break
    }
    if places[node].isReadOnly { return expectReadOnly(question, node, circumstances) }
    let top = Dotted.greatest(own.map(\.value))
    let floor = images[node].floors[question.package]
    func reachesFloor(_ value: Dotted) -> Bool { floor.map { !value.isBelow($0) } ?? true }
    if question.isKept, let least = Self.least(mine) {
      return .value(least, .knownHere)
    }
    if !question.isKept, let top, mine.contains(top), reachesFloor(top) { return .value(top, .knownHere) }
    if circumstances.isStrict, circumstances.isCutOff { return .refusal }
    guard circumstances.reachesTop else { return circumstances.isStrict ? nil : .noRefusal }
    let seen = view(node, question.package, question.checksum, isAsking: true)
    let theirs = seen.told.filter { $0.checksum == question.checksum }.map(\.value)
    guard let value = Dotted.greatest(theirs), !own.contains(where: { $0.value == value }),
      question.isKept || (top?.isBelow(value) ?? true) && reachesFloor(value)
    else { return .adoptedOrAbove(Dotted.greatest(seen.told.map(\.value) + seen.bounds + own.map(\.value))) }
    return .value(value, .upstreamsValue)
  }

  private func expectReadOnly(_ question: Question, _ node: Int, _ circumstances: Circumstances) -> Expectation? {
    let here = images[node].copied.filter {
      $0.package == question.package && $0.checksum == question.checksum && !isTaken($0, at: node)
    }.map(\.value)
    if let value = question.isKept ? Self.least(here) : Dotted.greatest(here) { return .value(value, .knownHere) }
    return circumstances.isStrict && circumstances.isCutOff ? .refusal : nil
  }

  private static func least(_ values: [Dotted]) -> Dotted? {
    values.first { value in !values.contains { $0.isBelow(value) } }
  }

  /// What a node finds out of a tuple from others: its copy and, unless the tuple holds its own greatest value, all that
  /// its upstream holds and finds out.
  private func view(
    _ node: Int, _ package: String, _ checksum: String, isAsking: Bool
  ) -> (told: [Holding], bounds: [Dotted]) {
    let own = images[node].own.filter { $0.package == package }
    var told = images[node].copied.filter { $0.package == package }
    var bounds = images[node].bounds.filter { $0.package == package }.map(\.value)
    let floor = images[node].floors[package]
    bounds += [floor].compactMap(\.self)
    let top = Dotted.greatest(own.map(\.value))
    let reachesFloor = floor.map { floor in top.map { !$0.isBelow(floor) } ?? false } ?? true
    let isCurrent = reachesFloor && own.contains { $0.value == top && $0.checksum == checksum }
    guard let parent = places[node].parent, isAsking || !isCurrent else { return (told, bounds) }
    let above = view(parent, package, checksum, isAsking: false)
    // What a node above has given to another checksum itself it does not pass on, but it counts on from there.
    let passed = above.told.filter { !isTaken($0, at: parent) }
    told += images[parent].own.filter { $0.package == package } + passed
    bounds += above.bounds + above.told.filter { isTaken($0, at: parent) }.map(\.value)
    return (told, bounds)
  }

  /// Whether a row's value is another checksum's among the own rows of a node: so it may be where a node further up was
  /// restored from a backup. At a node that stores no answers it is that of the first checksum in the copy.
  private func isTaken(_ row: Holding, at node: Int) -> Bool {
    if places[node].isReadOnly {
      let first = images[node].copied.first { $0.package == row.package && $0.value == row.value }
      return first.map { $0.checksum != row.checksum } ?? false
    }
    return images[node].own.contains {
      $0.package == row.package && $0.value == row.value && $0.checksum != row.checksum
    }
  }

  /// Questions that store no answer: a node that does not know asks further up.
  private func expectTold(_ question: Question, _ node: Int, _ circumstances: Circumstances) -> Expectation? {
    let chain = [node] + above(node)
    func fits(_ row: Holding) -> Bool {
      row.package == question.package && (question.kind == .max || row.checksum == question.checksum)
    }
    let mine = images[node].own.filter { $0.package == question.package && $0.checksum == question.checksum }
    if question.isKept, let least = Self.least(mine.map(\.value)) { return .value(least, .neverChanges) }
    let isMax = question.kind == .max
    let here = (images[node].own + images[node].copied).filter(fits).filter { isMax || !isTaken($0, at: node) }
      .map(\.value)
    if question.kind == .max {
      let bounds = images[node].bounds.filter { $0.package == question.package }.map(\.value)
      let floors = [images[node].floors[question.package]].compactMap(\.self)
      if let greatest = Dotted.greatest(here + bounds + floors) { return .value(greatest, .knownHere) }
    } else if !here.isEmpty {
      return .oneOf(here, .knownHere)
    }
    if circumstances.isStrict, circumstances.isCutOff { return .refusal }
    guard circumstances.reachesTop else { return circumstances.isStrict ? nil : .noRefusal }
    let known = chain.indices.flatMap { index in
      (images[chain[index]].own + images[chain[index]].copied).filter(fits).map { row in
        (row.value, isTold: isMax || !chain[...index].contains { isTaken(row, at: $0) })
      }
    }
    // A node whose own value for the tuple is the greatest asks nobody, even if those below hold it for another.
    guard known.allSatisfy(\.isTold) else { return nil }
    let all = known.map(\.0)
    let bounds =
      question.kind == .max
      ? chain.flatMap { images[$0].bounds }.filter { $0.package == question.package }.map(\.value)
        + chain.compactMap { images[$0].floors[question.package] } : []
    return all.isEmpty && bounds.isEmpty ? .nothing : .oneOf(all + bounds, .knownAbove)
  }
}
