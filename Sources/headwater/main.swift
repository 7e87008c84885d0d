// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Histogram
import PRAssembly

print("x")
