/** @file Opens encoders by name or path: built-in ones, and checkpoints of CLIP's family. */

import { basename } from 'node:path';
import type { Engine } from '../engines/index.js';
import { AtelierError } from '../errors.js';
import { loadBuiltin, untaught } from './builtin.js';
import { loadCheckpoint } from './checkpoint-encoder.js';
import type { DualEncoder } from './encoder.js';
import { type EncoderPlace, encoderConfig, findEncoder, placeOf } from './find-encoder.js';
import { withPullAdvice } from './hub/pull-advice.js';
import { Programs } from './programs.js';

/** Format of the folders of judges, which measure drawings and must not guide them. */
export const judgeFormat = 'atelier-judge-1';

/**
 * Load an encoder by name or path: a built-in one, a model of CLIP's family (see loadCheckpoint), or the towers of two models, as
 * TEXT+IMAGE.
 * @param options.programs what runs its towers; default: programs of `threads` that are disposed of after each use
 * @throws E_ARGUMENT when there is none, E_CHECKPOINT when a part of it is missing or does not fit
 */
export async function openEncoder(
	nameOrPath: string,
	engine: Engine,
	options: { modelsFolder?: string; threads?: number; programs?: Programs } = {},
): Promise<DualEncoder> {
	const { programs = new Programs(engine, options.threads) } = options;
	const place = placeOf(nameOrPath, options.modelsFolder);
	try {
		return await openPlace(place, engine, programs);
	} catch (error) {
		throw withPullAdvice(error, [place.path, place.imagePath ?? place.path]);
	}
}

async function openPlace({ path: folder, imagePath }: EncoderPlace, engine: Engine, programs: Programs) {
	if (imagePath !== undefined) {
		const own = [folder, imagePath].find((path) => 'format' in encoderConfig(path));
		if (own !== undefined)
			throw new AtelierError(
				'E_ARGUMENT',
				`expected two models of CLIP's family as TEXT+IMAGE, got '${basename(own)}', which has no tower of CLIP's; to have both judge a drawing, give --encoder twice`,
			);
		return loadCheckpoint(folder, engine, { programs, imagePath });
	}
	const config = encoderConfig(folder);
	if (!('format' in config)) return loadCheckpoint(folder, engine, { programs });
	if (config.format === 'atelier-encoder-1') return loadBuiltin(folder, engine, programs);
	if (config.format === judgeFormat)
		throw new AtelierError(
			'E_CHECKPOINT',
			`expected an encoder, got the judge in '${folder}': a drawing that it had guided would tell nothing; judges go with atelier eval --judge`,
		);
	throw new AtelierError(
		'E_CHECKPOINT',
		`expected an encoder of format 'atelier-encoder-1' or a CLIP model in '${folder}', got format '${String(config.format)}'; update atelier to use it`,
	);
}

/**
 * As {@link DualEncoder.unknownWords}, without loading the encoder; finds none where it keeps no list of words, as CLIP does.
 * @throws E_ARGUMENT when there is no such encoder
 */
export function unknownWordsOf(nameOrPath: string): (text: string) => string[] {
	const { words } = encoderConfig(findEncoder(nameOrPath));
	return Array.isArray(words) ? untaught(words.map(String)) : () => [];
}
