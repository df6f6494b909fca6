/** @file Configurations of training that are taken and refused. */

import { describe, expect, it } from 'vitest';
import { colorNames } from '../../src/guidance/color-words.js';
import { trainingConfig } from '../../src/training/default-config.js';

describe('trainingConfig', () => {
	it('fills in the defaults and the number of concepts', () => {
		expect(trainingConfig({ steps: 7 }, 31)).toMatchObject({
			steps: 7,
			engine: 'onnxruntime',
			objective: { concepts: 31, colors: colorNames.length },
		});
		expect(trainingConfig({ objective: { concepts: 31 } }, 31)).toEqual(trainingConfig(undefined, 31));
	});

	it('knows two kinds of towers; without a kind it is that of the encoder, and stays without', () => {
		const tower = (input: object) => trainingConfig({ objective: { tower: input } }, 31).objective.tower;
		expect(tower({})).not.toHaveProperty('kind');
		expect(tower({ kind: 'conv' })).toEqual({ kind: 'conv', ...tower({}) });
		expect(tower({ kind: 'pool', stem: 48 })).toMatchObject({ kind: 'pool', stem: 48, size: 32 });
	});

	it.each<[unknown, RegExp]>([
		[{ objective: { tower: { kind: 'vgg' } } }, /'objective\.tower\.kind': expected 'conv' or 'pool', got 'vgg'/],
		[
			{ objective: { tower: { stem: 48 } } },
			/unknown key 'objective\.tower\.stem'; known: kind, size, embedding, stages/,
		],
		[{ objective: { tower: { kind: 'pool', stm: 48 } } }, /did you mean 'objective\.tower\.stem'/],
		[{ nonsense: 1 }, /'nonsense': expected .*0\.9, got 1/],
		[{ engine: 'foo' }, /'engine': expected 'onnxruntime', 'tensorflow' or 'reference', got 'foo'/],
		[{ objective: { colors: 5 } }, /objective\.colors: expected 12/],
		[{ objective: { concepts: 30 } }, /objective\.concepts: expected 31, .* got 30/],
		[{ objective: { tower: { size: 'big' } } }, /objective\.tower\.size/],
		[[], /expected an object, got an empty list/],
	])('refuses %j', (input, message) => {
		expect(() => trainingConfig(input, 31)).toThrow(
			expect.objectContaining({ code: 'E_ARGUMENT', message: expect.stringMatching(message) }),
		);
	});
});
