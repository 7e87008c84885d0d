import Logging
// SPDX-License-Identifier: Apache-2.0
import NIOPosix
import ServiceLifecycle
