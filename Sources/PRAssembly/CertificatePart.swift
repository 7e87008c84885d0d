// SPDX-License-Identifier: Apache-2.0
import PRStatus
import PRTLS

extension StatusReport.CertificatePart {
  init(_ certificate: OwnCertificate) {
    self.init(
      path: certificate.path, notBefore: certificate.dates.notBefore, notAfter: certificate.dates.notAfter,
      names: certificate.names)
  }
}
