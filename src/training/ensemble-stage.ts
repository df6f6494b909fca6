/** @file Makes one encoder of several finished ones that were trained apart: the weights of all in one file, a byte each. */

import { resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type BuiltinConfig, builtinConfigSchema } from '../encoders/builtin.js';
import { mostMembers, weightsOfEnsemble } from '../encoders/ensemble.js';
import { readWeights, toInt8 } from '../encoders/int8-weights.js';
import { modelFile, readJsonObject } from '../encoders/model-folder.js';
import type { Weights } from '../encoders/parameters.js';
import { AtelierError } from '../errors.js';
import { validated } from '../validation.js';
import { writeModelFolder } from './assemble.js';
import { joinProvenance, type Provenance, refuseToShip } from './corpus/index.js';

/** What members must have in common, and what to say of it. */
const common = {
	image: 'image towers of one shape',
	text: 'text towers of one shape',
	bank: 'the same concepts',
	words: 'the same words',
} as const satisfies Partial<Record<keyof BuiltinConfig, string>>;

/**
 * Write the folder of an ensemble.
 * @param folders of its members, as `atelier train --stage text` writes them: of one corpus and configuration, by towers of other seeds
 * @throws AtelierError E_ARGUMENT for too few or too many, one twice or `out` among them; E_CHECKPOINT when one is no such encoder, or of another kind than the first
 */
export function writeEnsemble(
	folders: readonly string[],
	out: string,
	name: string,
): { readonly provenance: Provenance } {
	if (folders.length < 2 || folders.length > mostMembers)
		throw new AtelierError(
			'E_ARGUMENT',
			`expected the folders of 2 to ${mostMembers} encoders, got ${folders.length}; give --checkpoint for each`,
		);
	const places = folders.map((folder) => resolve(folder));
	const twice = folders.find((_, i) => places.indexOf(places[i]!) < i);
	if (twice !== undefined)
		throw new AtelierError('E_ARGUMENT', `expected unlike encoders, got '${twice}' twice; give each --checkpoint once`);
	if (places.includes(resolve(out)))
		throw new AtelierError(
			'E_ARGUMENT',
			`expected a folder of its own for the ensemble, got --out '${out}', which has one of its members; choose another`,
		);
	const members = folders.map(readMember);
	const [first] = members;
	for (const [i, member] of members.entries()) {
		const unlike = (Object.keys(common) as (keyof typeof common)[]).find(
			(key) => !isDeepStrictEqual(member.config[key], first!.config[key]),
		);
		const what = unlike
			? common[unlike]
			: (!isDeepStrictEqual(member.tokenizer, first!.tokenizer) && 'the same tokens') ||
				(shapesOf(member.weights) !== shapesOf(first!.weights) && 'the same weights, by name and shape');
		if (what)
			throw new AtelierError(
				'E_CHECKPOINT',
				`expected members with ${what}, got '${folders[i]}' beside '${folders[0]}'; train them on one corpus by one configuration, with other seeds`,
			);
	}
	const provenance = joinProvenance(...members.map(({ config }) => config));
	refuseToShip(out, provenance);
	const scales = members.map(({ config }) => config.logitScale);
	const config: BuiltinConfig = {
		...first!.config,
		name,
		description: `${members.length} encoders in one: ${members.map(({ config }) => config.description).join('; ')}`,
		logitScale: scales.reduce((sum, scale) => sum + scale, 0) / scales.length,
		members: members.map(({ config: { description, logitScale } }) => ({ description, logitScale })),
		...provenance,
	};
	const weights = toInt8(weightsOfEnsemble(members.map(({ weights }) => weights)));
	writeModelFolder(out, { 'config.json': config, 'tokenizer.json': first!.tokenizer }, weights, {
		dtype: 'F16',
		metadata: { format: config.format },
	});
	return { provenance };
}

const shapesOf = (weights: Weights) =>
	[...weights]
		.map(([name, { shape }]) => `${name} ${shape}`)
		.sort()
		.join();

function readMember(folder: string) {
	const part = (file: string) => modelFile(folder, file, 'give a folder that atelier train --stage text has written');
	const json = readJsonObject(part('config.json'));
	const config = validated(builtinConfigSchema, json, 'E_CHECKPOINT', `config.json in ${folder}`);
	if (config.members)
		throw new AtelierError(
			'E_CHECKPOINT',
			`expected an encoder by itself, got the ensemble in '${folder}'; give its members`,
		);
	return {
		config,
		weights: readWeights(part('model.safetensors')),
		tokenizer: readJsonObject(part('tokenizer.json')),
	};
}
