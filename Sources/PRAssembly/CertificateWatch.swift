// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRNode
import PRTLS
import PRWire
import ServiceLifecycle

/// Raises an alarm where a certificate of the node is refused by its peers, or will be soon: at its start, after each reading
/// of the files, and once a day.
package struct CertificateWatch: Service {
  let contexts: [TLSContext]
  private let shown: @Sendable () -> [OwnCertificate]
  private let listeners: [Endpoint]
  private let clock: TLSClock
  private let alarms: AlarmBoard
  private let isManaged: Bool

  /// - Parameter isManaged: the certificate is that of a member of a federation, which renews it by itself.
  init(contexts: [TLSContext], listeners: [Endpoint], clock: TLSClock, alarms: AlarmBoard, isManaged: Bool) {
    self.init(
      contexts: contexts, shown: { contexts.compactMap(\.certificate) }, listeners: listeners, clock: clock,
      alarms: alarms, isManaged: isManaged)
  }

  /// - Parameters:
  ///   - shown: the certificates that the node shows now.
  ///   - isManaged: as above.
  package init(
    contexts: [TLSContext] = [], shown: @escaping @Sendable () -> [OwnCertificate], listeners: [Endpoint] = [],
    clock: TLSClock, alarms: AlarmBoard, isManaged: Bool
  ) {
    self.contexts = contexts
    self.shown = shown
    self.listeners = listeners
    self.clock = clock
    self.alarms = alarms
    self.isManaged = isManaged
  }

  /// How often it looks by itself.
  package static let period = Duration.seconds(86_400)
  private static let family = "certificate-"

  package func run() async throws {
    await cancelWhenGracefulShutdown {
      while true {
        do {
          try await Task.sleep(for: Self.period)
        } catch {
          return  // cancelled
        }
        check()
      }
    }
  }

  var certificates: [OwnCertificate] { shown() }

  package func check() {
    let findings = CertificateCheck(certificates: certificates, listeners: listeners).findings(at: clock.now())
    alarms.keepOnly(findings.map(Self.cause), of: Self.family)
    for finding in findings {
      let (text, advice) = words(finding)
      alarms.raise(Self.cause(finding), text, advice: advice)
    }
  }

  private static func cause(_ finding: CertificateCheck.Finding) -> String {
    switch finding {
    case .expired(let path, _): "\(family)expired:\(path)"
    case .notYetValid(let path, _): "\(family)not-yet-valid:\(path)"
    case .expiresSoon(let path, _): "\(family)expires-soon:\(path)"
    case .otherNames(let path, _, let host): "\(family)names:\(path):\(host)"
    }
  }

  private func words(_ finding: CertificateCheck.Finding) -> (text: String, advice: String) {
    let renew =
      isManaged
      ? "let the node reach its upstream, which renews it; one that has expired takes 'headwater invite NAME --again'"
      : "renew it and send SIGHUP"
    return switch finding {
    case .expired(let path, let time):
      ("the certificate \(path) expired on \(Self.day(time)), and peers refuse it", renew)
    case .notYetValid(let path, let time):
      (
        "the certificate \(path) is not valid before \(Self.day(time)), and peers refuse it",
        "check its dates and the clock of this machine"
      )
    case .expiresSoon(let path, let time): ("the certificate \(path) expires on \(Self.day(time))", renew)
    case .otherNames(let path, let names, let host):
      (
        "the certificate \(path) is for \(names.isEmpty ? "no name" : names.joined(separator: ", ")), and this node "
          + "listens at \(host): clients that call it by that name refuse it",
        "make a certificate for that name, or listen at a name that it has"
      )
    }
  }

  private static func day(_ seconds: Int64) -> String {
    String(Date(timeIntervalSince1970: Double(seconds)).ISO8601Format().prefix(10))
  }
}
