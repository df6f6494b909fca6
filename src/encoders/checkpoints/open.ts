/** @file Opens a file of weights, whichever container it is, and models that are spread over several files. */

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { AtelierError } from '../../errors.js';
import { validated } from '../../validation.js';
import { readJsonObject, standIn } from '../model-folder.js';
import { openSafetensors } from '../safetensors.js';
import { type Checkpoint, type TensorInfo, tensorOf } from './checkpoint.js';
import { type ByteSource, fileSource, readBytes } from './source.js';
import { isLegacyTorch, openLegacyTorch, openTorchZip } from './torch.js';
import { isZip } from './zip.js';

/**
 * Open a file of weights: safetensors, torch.save's (also from before torch 1.6), a TorchScript archive, or the index of a
 * model in several files. The contents tell which, not the name.
 * @throws E_CHECKPOINT when it is none of them or damaged, E_IO when it cannot be read
 */
export function openCheckpoint(path: string): Checkpoint {
	if (path.endsWith('.index.json')) return openShards(path);
	const source = fileSource(path);
	try {
		return openSource(source);
	} catch (error) {
		source.close();
		throw error;
	}
}

/** Open weights from bytes, wherever they are. @throws E_CHECKPOINT when they are of no known container or damaged */
export function openSource(source: ByteSource): Checkpoint {
	const start = readBytes(source, 0, Math.min(16, source.size));
	if (isZip(start)) return openTorchZip(source);
	if (isLegacyTorch(start)) return openLegacyTorch(source);
	// A header of safetensors begins, after its length, with a brace.
	const standsIn = standIn(Buffer.from(start).toString('latin1'));
	if (start[8] === 0x7b || (!standsIn && source.name.endsWith(".safetensors'"))) return openSafetensors(source);
	throw new AtelierError(
		'E_CHECKPOINT',
		`expected weights as safetensors, of torch.save or as TorchScript in ${source.name}, got ${standsIn ?? describe(start)}`,
	);
}

/** What a file that is no model is, where its first bytes tell. */
function describe(start: Uint8Array): string {
	if (start.length === 0) return 'an empty file';
	if (start[0] === 0x80) return 'a pickle of something else';
	return 'something else; was it damaged on the way?';
}

const indexSchema = z.object({ weight_map: z.record(z.string(), z.string()) });

/** The files that an index names, in its folder. @throws E_CHECKPOINT */
export function shardsOf(indexPath: string): ReadonlyMap<string, string> {
	const { weight_map: map } = validated(indexSchema, readJsonObject(indexPath), 'E_CHECKPOINT', `'${indexPath}'`);
	const folder = dirname(indexPath);
	for (const name of new Set(Object.values(map))) {
		if (/[/\\:\0]|^\.\.?$/.test(name))
			throw new AtelierError('E_CHECKPOINT', `expected files beside '${indexPath}', got ${JSON.stringify(name)}`);
		if (!existsSync(join(folder, name)))
			throw new AtelierError(
				'E_CHECKPOINT',
				`expected '${name}' beside '${indexPath}', got no such file; fetch it too`,
			);
	}
	return new Map(Object.entries(map).map(([tensor, name]) => [tensor, join(folder, name)]));
}

function openShards(path: string): Checkpoint {
	const map = shardsOf(path);
	const shards = new Map<string, Checkpoint>();
	const close = () => {
		for (const shard of shards.values()) shard.close();
	};
	const tensors = new Map<string, TensorInfo>();
	try {
		for (const file of map.values()) if (!shards.has(file)) shards.set(file, openCheckpoint(file));
		for (const [name, file] of map) {
			const shard = shards.get(file)!;
			tensors.set(name, tensorOf(shard.tensors, name, shard.name));
		}
	} catch (error) {
		close();
		throw error;
	}
	return {
		name: `'${path}'`,
		container: [...shards.values()][0]?.container ?? 'safetensors',
		tensors,
		readInto(name, into) {
			const file = map.get(name);
			if (file === undefined)
				throw new AtelierError('E_CHECKPOINT', `expected a tensor '${name}' in '${path}', got none`);
			shards.get(file)!.readInto(name, into);
		},
		close,
	};
}
