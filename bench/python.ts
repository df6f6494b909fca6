/** @file What the comparisons with PyTorch share: the Python that has it, its scripts, the likeness of two gradients. */

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { AtelierError } from '../src/errors.js';
import { packageRoot } from '../src/package-root.js';

/** Path of a script beside the benchmarks. */
export const peerScript = (name: string): string => join(packageRoot(), 'bench', 'peer', name);

/** The command of a Python that has these packages: 'python3', or what the variable ATELIER_PYTHON names. @throws E_ARGUMENT */
export async function pythonWith(...packages: readonly string[]): Promise<string> {
	const python = process.env.ATELIER_PYTHON ?? 'python3';
	try {
		await promisify(execFile)(python, ['-c', `import ${packages.join(', ')}`]);
		return python;
	} catch (cause) {
		const reason = (cause as { stderr?: string }).stderr?.trim().split('\n').at(-1) || (cause as Error).message;
		throw new AtelierError(
			'E_ARGUMENT',
			`expected a Python with ${packages.join(', ')} as '${python}', got: ${reason}; install them with pip and name that Python with ATELIER_PYTHON, or do without: nothing but this benchmark needs it`,
			{ cause },
		);
	}
}

/** Cosine of two lists of numbers. */
export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
	let [ab, aa, bb] = [0, 0, 0];
	for (let i = 0; i < Math.min(a.length, b.length); i++) {
		ab += a[i]! * b[i]!;
		aa += a[i]! ** 2;
		bb += b[i]! ** 2;
	}
	return ab / Math.sqrt(aa * bb);
}
