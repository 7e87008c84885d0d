// SPDX-License-Identifier: Apache-2.0
import PRWire

/// Exports, page by page as the client takes them.
extension SessionState {
  /// Reads the next page of the export at the front.
  mutating func readPage(_ step: inout Step) {
    guard case .export(let query) = replies.first else { return }
    switch export {
    case .reading, .writing, .resting: return
    case .none, .between: break
    }
    guard !step.moment.isCrowded else { return awaitRoom(&step) }
    if export == .none { step.act(.beginExport(query)) }
    export = .reading(ExportThrottle(at: step.now, answers: step.moment.answers))
    step.act(.readPage)
  }

  mutating func pageRead(_ step: inout Step) {
    guard case .reading(let throttle) = export else { return }
    export = .writing(throttle)
    step.act(.writePage)
  }

  mutating func pageWritten(_ isLast: Bool, _ step: inout Step) {
    guard case .writing(let throttle) = export else { return }
    guard !isLast else {
      export = .none
      replies.removeFirst()
      moveReplies(&step)
      return planFlush(&step)
    }
    let rest = throttle.rest(at: step.now, answers: step.moment.answers)
    guard rest == .zero else {
      export = .resting
      return start(.page, after: rest, &step)
    }
    export = .between
    moveReplies(&step)
  }

  mutating func restOver(_ step: inout Step) {
    export = .between
    moveReplies(&step)
  }

  /// Half a message cannot be taken back: only the end of the connection tells the client that it is no whole one.
  mutating func pageFailed(_ hasBegun: Bool, _ response: Response, _ step: inout Step) {
    guard case .reading = export else { return }
    export = .none
    replies.removeFirst()
    guard !hasBegun else { return close(&step) }
    step.write(.response(response))
    moveReplies(&step)
    planFlush(&step)
  }
}
