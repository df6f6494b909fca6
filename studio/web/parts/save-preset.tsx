/** @file Keeping the look in the studio under a name. */

import { useSignal } from '@preact/signals';
import { ApiError, api } from '../api.js';
import { drawnAs, recipe, style, wanted } from '../state/draft.js';
import { run } from '../state/live.js';
import { loadPresets } from '../state/studio.js';
import { attempt, tell } from '../state/ui.js';

/** `My look` -> `my-look`. */
const nameOf = (title: string): string =>
	title
		.trim()
		.toLowerCase()
		.replace(/[^\p{L}\p{N}._]+/gu, '-')
		.replace(/^-+|-+$/g, '');

export function SavePreset({ onDone }: { readonly onDone: () => void }) {
	const title = useSignal('');
	const description = useSignal('');
	const withPicture = useSignal(true);
	const ended = run.value?.state === 'done' || run.value?.state === 'stopped' ? run.value : undefined;
	// A picture of other settings would promise something else.
	const finished = ended && drawnAs(ended.recipe) ? ended : undefined;
	const save = async (replace: boolean): Promise<void> => {
		const { preset: _, prompts: __, ...look } = recipe.value;
		const prompt = style.value?.prompt;
		await api.savePreset({
			name: nameOf(title.value),
			title: title.value.trim(),
			description: description.value.trim(),
			// Its words as they were written: those of the look come around them again.
			recipe: { ...look, ...(wanted.value.length > 0 && { prompts: wanted.value }) },
			...(prompt !== undefined && { prompt }),
			replace,
			...(finished && withPicture.value && { run: finished.id }),
		});
		await loadPresets();
		tell(`The preset “${title.value.trim()}” is saved.`);
		onDone();
	};
	return (
		<form
			class="save-preset"
			aria-label="Save a preset"
			onSubmit={(event) => {
				event.preventDefault();
				void attempt(async () => {
					try {
						await save(false);
					} catch (error) {
						if (!(error instanceof ApiError) || error.code !== 'E_CONFLICT') throw error;
						tell(error.message, { says: 'Replace it', run: () => void attempt(() => save(true)) });
					}
				});
			}}
		>
			<label>
				<span class="label">Name</span>
				<input
					required
					maxLength={100}
					value={title.value}
					placeholder="Rainy windows"
					onInput={(event) => {
						title.value = event.currentTarget.value;
					}}
				/>
			</label>
			<label class="grow">
				<span class="label">What it is good for</span>
				<input
					maxLength={500}
					value={description.value}
					onInput={(event) => {
						description.value = event.currentTarget.value;
					}}
				/>
			</label>
			{finished && (
				<label class="check">
					<input
						type="checkbox"
						checked={withPicture.value}
						onChange={(event) => {
							withPicture.value = event.currentTarget.checked;
						}}
					/>
					With the drawing on the easel as its picture
				</label>
			)}
			<button type="submit" class="primary small" disabled={!nameOf(title.value)}>
				Save
			</button>
			<button type="button" class="plain" onClick={onDone}>
				Cancel
			</button>
		</form>
	);
}
