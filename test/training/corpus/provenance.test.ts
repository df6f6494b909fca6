/** @file Where a model's pictures came from, and that share-alike ones never reach the folder of models that ships. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { modelsFolder } from '../../../src/encoders/find-encoder.js';
import { joinProvenance, provenanceOf, refuseToShip } from '../../../src/training/corpus/provenance.js';
import { isShareAlike } from '../../../src/training/corpus/sources.js';

const sources = [
	{ name: 'noto', licence: 'Apache-2.0' },
	{ name: 'openmoji', licence: 'CC-BY-SA-4.0' },
	{ name: 'flags', licence: 'CC0-1.0' },
];

describe('provenance', () => {
	it('tells share-alike licences', () => {
		for (const yes of ['CC-BY-SA-4.0', 'CC-BY-SA-3.0', 'CC-BY-NC-SA-4.0']) expect(isShareAlike(yes), yes).toBe(true);
		for (const no of ['CC-BY-4.0', 'MIT', 'ISC', 'NASA-1.3', '']) expect(isShareAlike(no), no).toBe(false);
	});

	it('names what is trained on, and no source that is only held out', () => {
		const images = (heldOut: boolean) => [
			{ source: 'openmoji', heldOut },
			{ source: 'noto', heldOut: false },
			{ source: 'noto', heldOut: true },
		];
		expect(provenanceOf({ images: images(true), sources })).toEqual({ learntFrom: ['noto'], shareAlike: [] });
		expect(provenanceOf({ images: images(false), sources })).toEqual({
			learntFrom: ['noto', 'openmoji'],
			shareAlike: ['openmoji'],
		});
	});

	it('keeps what any stage has learnt from', () => {
		const judge = { learntFrom: ['openmoji'], shareAlike: ['openmoji'] };
		expect(joinProvenance({ learntFrom: ['noto'], shareAlike: [] }, {}, judge)).toEqual({
			learntFrom: ['noto', 'openmoji'],
			shareAlike: ['openmoji'],
		});
	});

	it('is refused in the folder of models and below, and only there', () => {
		const judge = { learntFrom: ['openmoji'], shareAlike: ['openmoji'] };
		for (const out of ['/p/models', '/p/models/judge', '/p/x/../models/judge'])
			expect(() => refuseToShip(out, judge, '/p/models'), out).toThrow(
				expect.objectContaining({ code: 'E_CORPUS', message: expect.stringContaining('openmoji') }),
			);
		for (const out of ['/p/models-judge', '/p', '/q/models']) refuseToShip(out, judge, '/p/models');
		refuseToShip('/p/models/mine', { learntFrom: ['noto'], shareAlike: [] }, '/p/models');
	});

	it('of the models that ship is free of share-alike pictures', () => {
		const folder = modelsFolder();
		const shipped = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
		expect(shipped.map(({ name }) => name)).toContain('builtin');
		for (const { name } of shipped) {
			const config = JSON.parse(readFileSync(join(folder, name, 'config.json'), 'utf8')) as { shareAlike?: string[] };
			expect(config.shareAlike ?? [], name).toEqual([]);
		}
	});

	it('of the encoder that ships is all named in NOTICE, with whose it is and its licence', () => {
		const folder = modelsFolder();
		const { learntFrom } = JSON.parse(readFileSync(join(folder, 'builtin', 'config.json'), 'utf8')) as {
			learntFrom: string[];
		};
		const [trainedOn] = readFileSync(join(folder, '..', 'NOTICE'), 'utf8').split('Used for measuring only') as [string];
		expect(learntFrom.length).toBeGreaterThan(100);
		for (const name of learntFrom) {
			// Clip art in the public domain comes from many hands.
			const author = name === 'openclipart' ? '' : ' by \\S[^,]*';
			expect(trainedOn, name).toMatch(new RegExp(`- .+ \\(${name}\\)${author}, .*\\d+ pictures; from `));
		}
	});
});
