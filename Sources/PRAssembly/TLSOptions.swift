// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import PRTLS

/// Who this side is, and whom it believes.
package struct TLSOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The certificate of this side: a PEM file, its own certificate first.", valueName: "path"))
  package var tlsCertificate: String?

  @Option(help: ArgumentHelp("The key of the certificate: a PEM file without a passphrase.", valueName: "path"))
  package var tlsKey: String?

  @Option(
    help: ArgumentHelp(
      "The trusted certificate authorities: a PEM file. Default for an upstream: the system's.", valueName: "path"))
  package var tlsTrust: String?

  @Option(
    help: ArgumentHelp("The name to expect in the server's certificate. Default: the host of its address."))
  package var tlsName: String?

  package init() {}

  package func validate() throws {
    if (tlsCertificate == nil) != (tlsKey == nil) {
      throw ValidationError("--tls-certificate and --tls-key go together")
    }
  }

  package var files: TLSFiles { TLSFiles(certificate: tlsCertificate, key: tlsKey, trust: tlsTrust) }
}
