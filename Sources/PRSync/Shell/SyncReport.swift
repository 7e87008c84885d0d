// SPDX-License-Identifier: Apache-2.0
import PRWire

/// Takes what a pull reports: the status page reads it, and the log has what is news.
struct SyncReport: Sendable {
  let server: Endpoint
  let status: SyncStatus
  let tell: @Sendable (SyncEvent) -> Void

  func take(_ note: SyncNote) {
    switch note {
    case .worked: if status.worked() { tell(.recovered(server)) }
    case .applied(let news): status.applied(news: news)
    case .arrived(let position): status.arrived(at: position)
    case .complete(let rows): tell(.complete(server, rows: rows))
    case .reset(let reason): tell(.reset(server, reason: reason))
    case .swapped(let vanished): tell(.swapped(server, vanished: vanished))
    case .passedOver(let rows): if status.passedOver() { tell(.passedOver(server, rows: rows)) }
    case .originsPutOff(let reason): if status.originsPutOff() { tell(.originsPutOff(server, reason: reason)) }
    }
  }
}
