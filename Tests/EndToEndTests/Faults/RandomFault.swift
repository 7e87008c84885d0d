// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSeed

/// A fault of a chain that begins at one moment and ends at a later one.
enum RandomFault: Sendable {
  case kill(Int)
  case reload(Int)
  case standstill(Int)
  case line(Int, LineFaultTests.Fault)
  case calls(Int, FailingCallTests.Kind, after: Int, times: Int)
  case clock(Int, seconds: Int)
  case descriptors(Int)

  /// - Parameter standing: the process that stands still already. It cannot reload, and clients of the others must be served.
  static func draw(standing: Int?, _ numbers: inout SeededNumbers) -> RandomFault {
    let process = Int.random(in: 0..<4, using: &numbers)
    switch Int.random(in: 0..<12, using: &numbers) {
    case 0, 1: return .kill(process)
    case 2 where process != standing: return .reload(process)
    case 3 where standing == nil: return .standstill(process)
    case 2, 3, 4, 5, 6:
      let fault = LineFaultTests.Fault.allCases.randomElement(using: &numbers) ?? .isCut
      return .line(.random(in: 0..<2, using: &numbers), fault)
    case 7: return .descriptors(process)
    case 8: return .clock(process, seconds: .random(in: -200_000...200_000, using: &numbers))
    default:
      let kind = FailingCallTests.kinds.randomElement(using: &numbers) ?? FailingCallTests.kinds[0]
      return .calls(
        process, kind, after: .random(in: 0..<20, using: &numbers), times: .random(in: 1...12, using: &numbers))
    }
  }

  var standing: Int? { if case .standstill(let process) = self { process } else { nil } }

  func begin(on chain: FaultyChain) throws {
    switch self {
    case .kill(let process):
      // A process that cannot read its files does not start.
      chain.controls[process].heal()
      try chain.targets[process].kill()
    case .reload(let process):
      // New options are refused where their files cannot be read.
      chain.controls[process].heal()
      try chain.targets[process].current.allowDescriptors(1024, forGood: false)
      try chain.targets[process].reload()
    case .standstill(let process): chain.targets[process].freeze()
    case .line(let number, let fault): fault.begin(on: chain.lines[number])
    case .calls(let process, let kind, let count, let times):
      chain.controls[process].make(kind.calls, kind.fault, after: count, times: times)
    case .clock(let process, let seconds): chain.controls[process].wallOffset = seconds
    case .descriptors(let process):
      let node = chain.targets[process].current
      try node.allowDescriptors(node.descriptors, forGood: false)
    }
  }

  func end(on chain: FaultyChain) throws {
    switch self {
    case .kill, .reload, .clock: break
    case .standstill(let process): chain.targets[process].thaw()
    case .line(let number, let fault): fault.end(on: chain.lines[number])
    case .calls(let process, _, _, _): chain.controls[process].heal()
    case .descriptors(let process): try chain.targets[process].current.allowDescriptors(1024, forGood: false)
    }
  }
}

extension RandomFault: CustomStringConvertible {
  var description: String {
    switch self {
    case .kill(let process): "kill \(process)"
    case .reload(let process): "reload \(process)"
    case .standstill(let process): "stop \(process)"
    case .line(let number, let fault): "line \(number) \(fault.rawValue)"
    case .calls(let process, let kind, let count, let times):
      "\(times) calls of \(process) after \(count): \(kind.testDescription)"
    case .clock(let process, let seconds): "clock of \(process) at \(seconds) s"
    case .descriptors(let process): "no descriptors for \(process)"
    }
  }
}
