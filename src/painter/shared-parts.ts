/** @file What painters of like recipes can share, so that one that draws after another need not load and compile it again. */

import type { DualEncoder } from '../encoders/encoder.js';
import type { Engine } from '../engines/index.js';
import { canonicalJson } from '../recipe/hash.js';
import { mostEncoders } from '../recipe/schema.js';
import type { Sights } from './looking.js';

/** Compiled objectives, for each place one of each member of the encoder, and what was noticed while they were made. */
export interface Guide {
	readonly sights: readonly (readonly Sights[])[];
	readonly warnings: readonly string[];
	dispose(): Promise<void>;
}

/** The parts that were used last, of each kind as many as are kept. Not for painters that step at the same time. */
export class SharedParts {
	private readonly kept = new Map<string, { readonly kind: string; readonly value: unknown }>();

	constructor(private readonly most = mostEncoders) {}

	engine(key: unknown, make: () => Promise<Engine>): Promise<Engine> {
		return this.part('engine', key, make);
	}

	encoder(key: unknown, make: () => Promise<DualEncoder>): Promise<DualEncoder> {
		return this.part('encoder', key, make);
	}

	guide(key: unknown, make: () => Promise<Guide>): Promise<Guide> {
		return this.part('guide', key, make);
	}

	/** Let go of all that holds memory outside of JavaScript. */
	async close(): Promise<void> {
		for (const { value } of this.kept.values()) await disposed(value);
		this.kept.clear();
	}

	private async part<T>(kind: string, of: unknown, make: () => Promise<T>): Promise<T> {
		const key = `${kind} ${canonicalJson(of)}`;
		const value = this.kept.has(key) ? (this.kept.get(key)!.value as T) : await make();
		// The last used comes last.
		this.kept.delete(key);
		this.kept.set(key, { kind, value });
		const alike = [...this.kept].filter(([, part]) => part.kind === kind);
		for (const [oldest, part] of alike.slice(0, Math.max(0, alike.length - this.most))) {
			this.kept.delete(oldest);
			await disposed(part.value);
		}
		return value;
	}
}

const disposed = async (value: unknown): Promise<void> => (value as Partial<Pick<Guide, 'dispose'>>).dispose?.();
