// SPDX-License-Identifier: Apache-2.0

/// What the answers of a history say about values, whatever their order.
struct Evidence: Sendable {
  /// Values that some answer gave to a checksum.
  private(set) var holders: [Value: Checksum] = [:]
  /// Values of each checksum, each once, least first.
  private(set) var values: [Checksum: [Value]] = [:]
  private(set) var greatest: Value?
  /// Values that were told as greatest, and of no checksum.
  private var unheld: [Value] = []

  /// - Parameter upstream: requests to the upstream, whose values may be taken over.
  init(_ history: [Call], upstream: [Call] = []) {
    for (value, checksum) in (history + upstream).flatMap(\.namedValues) {
      holders[value] = checksum
      values[checksum, default: []].append(value)
    }
    for call in history {
      if let value = call.greatestNamed { greatest = greatest.map { max($0, value) } ?? value }
    }
    values = values.mapValues { Set($0).sorted() }
    unheld = Set(history.compactMap(\.greatestNamed)).filter { holders[$0] == nil }.sorted()
  }

  /// The values that a request without an answer may have been given, as far as answers name them.
  func possibleValues(of checksum: Checksum) -> [Value] { (values[checksum] ?? []) + unheld }

  /// Whether a request without an answer need be considered to have been given a value.
  ///
  /// A value that an answer gave to another checksum is no choice. One above all that was answered leaves no trace.
  func admits(_ value: Value, for checksum: Checksum) -> Bool {
    guard let greatest, value <= greatest else { return false }
    return holders[value] == nil || holders[value] == checksum
  }
}

extension Call {
  /// The values that the answer gives to a checksum.
  package var namedValues: [(Value, Checksum)] {
    guard let checksum = question.checksum else { return [] }
    switch answer {
    case .value(let value): return [(value, checksum)]
    case .everything(let values, _, _): return values.map { ($0, checksum) }
    case .nothing, .taken, .lost: return []
    }
  }

  /// The greatest value in the answer.
  package var greatestNamed: Value? {
    switch answer {
    case .value(let value): value
    case .everything(let values, let greatest, _): (values + [greatest].compactMap(\.self)).max()
    case .taken: if case .place(_, let value) = question { value } else { nil }
    case .nothing, .lost: nil
    }
  }
}
