// SPDX-License-Identifier: Apache-2.0

/// The answers of an upstream for one package, by the times at which they were there.
package struct UpstreamView: Sendable {
  private struct Moment {
    let end: Int64
    var greatest: Value?
    var values: [Checksum: Value]
  }

  private var moments: [Moment] = []

  /// - Parameter history: the requests that the upstream was asked for the package.
  package init(_ history: [Call]) {
    var (greatest, values): (Value?, [Checksum: Value]) = (nil, [:])
    for call in history.sorted(by: { $0.end < $1.end }) where call.end < Call.never {
      for (value, checksum) in call.namedValues { values[checksum] = max(values[checksum] ?? value, value) }
      if let named = call.greatestNamed { greatest = max(greatest ?? named, named) }
      moments.append(Moment(end: call.end, greatest: greatest, values: values))
    }
  }

  /// A request to the node below, with what the upstream had answered before it began.
  package func annotating(_ call: Call) -> Call {
    // The last moment before the start, by halving.
    var (low, high) = (0, moments.count)
    while low < high {
      let middle = (low + high) / 2
      if moments[middle].end < call.start { low = middle + 1 } else { high = middle }
    }
    guard low > 0 else { return call }
    let moment = moments[low - 1]
    var annotated = call
    annotated.above = Above(
      value: call.question.checksum.flatMap { moment.values[$0] }, greatest: moment.greatest)
    return annotated
  }
}
