// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import PRTLS
import PRWire

/// Who a client is, and whom it believes. A server has these options from the table.
package struct TLSOptions: ParsableArguments {
  private static let table = ServeOptions.table

  @Option(help: ArgumentHelp(Self.table.tlsCertificate.definition)) package var tlsCertificate: String?
  @Option(help: ArgumentHelp(Self.table.tlsKey.definition)) package var tlsKey: String?
  @Option(help: ArgumentHelp(Self.table.tlsTrust.definition)) package var tlsTrust: String?
  @Option(help: ArgumentHelp(Self.table.tlsName.definition)) package var tlsName: String?

  package init() {}

  package func validate() throws {
    if (tlsCertificate == nil) != (tlsKey == nil) {
      throw ValidationError("--tls-certificate and --tls-key go together")
    }
  }

  package var files: TLSFiles { TLSFiles(certificate: tlsCertificate, key: tlsKey, trust: tlsTrust) }
}
