/** @file Compiled programs of an encoder's towers: disposed of after each use, or the last of each tower kept for the next one. */

import type { Engine, Executable, Outputs } from '../engines/index.js';

/** A program that was kept, and what it is compiled for. */
interface Kept {
	readonly shape: string;
	readonly executable: Executable;
}

/** Compiles and runs the towers of one encoder. */
export class Programs {
	private readonly kept = new Map<string, Kept>();
	private last: Promise<unknown> = Promise.resolve();

	/** @param keeps whether the last program of each tower stays in memory, with the weights in it, until {@link close} */
	constructor(
		private readonly engine: Engine,
		private readonly threads?: number | undefined,
		private readonly keeps = false,
	) {}

	/**
	 * Run a tower for inputs of a shape. Uses wait for each other, so that no program is disposed of while it runs.
	 * @param outputs are asked for where there is no such program yet
	 */
	use<T>(
		tower: 'image' | 'text',
		inputs: readonly number[],
		outputs: () => Outputs,
		run: (executable: Executable) => Promise<T>,
	): Promise<T> {
		const turn = this.last.then(async () => {
			const executable = await this.programFor(tower, inputs.join('x'), outputs);
			try {
				return await run(executable);
			} finally {
				if (!this.keeps) await executable.dispose();
			}
		});
		this.last = turn.catch(() => {});
		return turn;
	}

	/** Give back what is kept, once nothing runs. */
	close(): Promise<void> {
		const turn = this.last.then(async () => {
			for (const tower of [...this.kept.keys()]) await this.drop(tower);
		});
		this.last = turn.catch(() => {});
		return turn;
	}

	private async programFor(tower: string, shape: string, outputs: () => Outputs): Promise<Executable> {
		const kept = this.kept.get(tower);
		if (kept?.shape === shape) return kept.executable;
		// Two at once would take twice the memory.
		await this.drop(tower);
		const executable = await this.engine.compile(outputs(), this.threads ? { threads: this.threads } : {});
		if (this.keeps) this.kept.set(tower, { shape, executable });
		return executable;
	}

	private async drop(tower: string): Promise<void> {
		const kept = this.kept.get(tower);
		this.kept.delete(tower);
		await kept?.executable.dispose();
	}
}
