/** @file From an earlier moment of a drawing on, with other words. */

import { useSignal } from '@preact/signals';
import { wordsAfter } from '../../../src/recipe/words-after.js';
import type { RunInfo } from '../../protocol.js';
import { api } from '../api.js';
import { printChips, readChips } from '../chips.js';
import { present } from '../state/past.js';
import { show } from '../state/queue.js';
import { attempt } from '../state/ui.js';

export function BranchForm({
	info,
	step,
	onDone,
}: {
	readonly info: RunInfo;
	readonly step: number;
	readonly onDone: () => void;
}) {
	// Until they are written in, they are those of the moment.
	const own = useSignal<string | undefined>(undefined);
	const before = info.recipe.edits.filter(({ at }) => at <= step);
	const words = own.value ?? printChips(wordsAfter(before, info.recipe).prompts);
	return (
		<form
			class="popover branch-form"
			onSubmit={async (event) => {
				event.preventDefault();
				const prompts = readChips(words);
				const next = await attempt(() => api.branch(info.id, { step, ...(prompts.length > 0 && { prompts }) }));
				if (!next) return;
				onDone();
				present();
				show(next);
			}}
		>
			<label class="label" for="branch-words">
				From step {step} on, draw
			</label>
			<input
				id="branch-words"
				class="serif-input"
				value={words}
				onInput={(event) => {
					own.value = event.currentTarget.value;
				}}
			/>
			<button type="submit" class="primary small">
				Branch
			</button>
		</form>
	);
}
