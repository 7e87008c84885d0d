// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import PRTLS

/// Who this side is, and whom it believes.
public struct TLSOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The certificate of this side: a PEM file, its own certificate first.", valueName: "path"))
  public var tlsCertificate: String?

  @Option(help: ArgumentHelp("The key of the certificate: a PEM file without a passphrase.", valueName: "path"))
  public var tlsKey: String?

  @Option(
    help: ArgumentHelp(
      "The trusted certificate authorities: a PEM file. Default for an upstream: the system's.", valueName: "path"))
  public var tlsTrust: String?

  @Option(
    help: ArgumentHelp("The name to expect in the server's certificate. Default: the host of its address."))
  public var tlsName: String?

  public init() {}

  public func validate() throws {
    if (tlsCertificate == nil) != (tlsKey == nil) {
      throw ValidationError("--tls-certificate and --tls-key go together")
    }
  }

  public var files: TLSFiles { TLSFiles(certificate: tlsCertificate, key: tlsKey, trust: tlsTrust) }
}
