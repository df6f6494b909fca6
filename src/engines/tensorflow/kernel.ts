/** @file What a kernel of the TensorFlow.js engine is. */

import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import type { Tensor } from '../../tensor/index.js';
import type { Tf } from './runtime.js';

/** Computes one node. Runs inside tf.tidy; must not return one of its inputs itself. */
export type Kernel = (tf: Tf, inputs: readonly TfTensor[], node: Tensor) => TfTensor;

/** Kernels by op name. */
export type Kernels = Readonly<Record<string, Kernel>>;
