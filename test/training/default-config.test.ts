/** @file Configurations of training that are taken and refused. */

import { describe, expect, it } from 'vitest';
import { colorNames } from '../../src/training/augment.js';
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

	it.each<[unknown, RegExp]>([
		[{ engine: 'foo' }, /engine: .*onnxruntime/],
		[{ objective: { colors: 5 } }, /objective\.colors: expected 12/],
		[{ objective: { concepts: 30 } }, /objective\.concepts: expected 31, .* got 30/],
		[{ objective: { tower: { size: 'big' } } }, /objective\.tower\.size/],
		[[], /top level/],
	])('refuses %j', (input, message) => {
		expect(() => trainingConfig(input, 31)).toThrow(
			expect.objectContaining({ code: 'E_ARGUMENT', message: expect.stringMatching(message) }),
		);
	});
});
