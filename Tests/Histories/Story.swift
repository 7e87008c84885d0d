// SPDX-License-Identifier: Apache-2.0

/// A history as lines for people: times in milliseconds since the first request began.
package struct Story: CustomStringConvertible, Sendable {
  private let history: [Call]

  /// Times are counted from here.
  private let origin: Int64

  /// - Parameter origin: when the first request of several stories began; nil counts from this one's.
  package init(_ history: [Call], from origin: Int64? = nil) {
    self.origin = origin ?? history.map(\.start).min() ?? 0
    self.history = history.sorted { ($0.start, $0.end) < ($1.start, $1.end) }
  }

  package var description: String {
    guard !history.isEmpty else { return "  no requests" }
    let told = history.filter { $0.answer != .lost }
    let others = history.filter { $0.answer == .lost }.reduce(into: [String: Int]()) {
      $0["\($1.question)", default: 0] += 1
    }
    var lines = told.map { line($0) }
    if !others.isEmpty {
      let list = others.sorted { $0.key < $1.key }.map { "\($0.key) (\($0.value) times)" }.joined(separator: ", ")
      lines.append("  asked meanwhile, with any answer or none: \(list)")
    }
    return lines.joined(separator: "\n")
  }

  private func line(_ call: Call) -> String {
    let times = "\(milliseconds(call.start - origin)) to \(milliseconds(call.end - origin)) ms"
    let known = call.above.value.map { ", which the upstream had answered \($0) before" } ?? ""
    return "  \(times)  client \(call.client) at process \(call.process)  \(call.question)\(known): "
      + "\(call.answer)"
  }

  private func milliseconds(_ nanoseconds: Int64) -> String {
    let thousandths = String(nanoseconds / 1000 % 1000)
    let text = "\(nanoseconds / 1_000_000)." + String(repeating: "0", count: 3 - thousandths.count) + thousandths
    return String(repeating: " ", count: max(0, 9 - text.count)) + text
  }
}

extension Question: CustomStringConvertible {
  package var description: String {
    switch self {
    case .allocate(let checksum, let history): "get-pr c\(checksum)\(history ? " with history" : "")"
    case .value(let checksum, let history): "test-pr c\(checksum)\(history ? " with history" : "")"
    case .greatest: "max-package-pr"
    case .everything(let checksum): "lookup c\(checksum)"
    case .place(let checksum, let value): "import-one c\(checksum) \(value)"
    }
  }
}

extension Answer: CustomStringConvertible {
  package var description: String {
    switch self {
    case .value(let value): "\(value)"
    case .nothing: "null"
    case .everything(let values, let greatest, let isComplete):
      "\(values.map(\.description).joined(separator: " ")), greatest \(greatest?.description ?? "null")"
        + (isComplete ? "" : ", incomplete")
    case .taken: "refused, another checksum has it"
    case .lost: "no answer"
    }
  }
}
