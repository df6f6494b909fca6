/** @file Files dropped anywhere on the page: a picture's recipe is loaded, a picture without one is taken into the recipe. */

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { api } from '../api.js';
import { useRecipe } from '../state/draft.js';
import { attempt, go, tell } from '../state/ui.js';
import { addPicture } from './pictures.js';

/** A file of the user's: its recipe if it carries one, else the picture itself. */
export const takeFile = (file: File): Promise<unknown> =>
	attempt(async () => {
		const read = await api.readFile(file);
		if (read.recipe === null) await addPicture(file);
		else {
			const { recipe, source, preset, notes } = read;
			useRecipe(recipe, 'all');
			const what = preset ? `The preset ${preset} was loaded.` : `The recipe of ${file.name} was loaded (${source}).`;
			tell([what, ...notes].join(' '));
		}
		go('studio');
	});

export function DropZone() {
	const over = useSignal(false);
	useEffect(() => {
		let depth = 0;
		const holdsFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true;
		const enter = (event: DragEvent) => {
			if (!holdsFiles(event)) return;
			depth++;
			over.value = true;
		};
		const leave = (event: DragEvent) => {
			if (holdsFiles(event) && --depth <= 0) over.value = false;
		};
		const hover = (event: DragEvent) => {
			if (holdsFiles(event)) event.preventDefault();
		};
		const drop = (event: DragEvent) => {
			if (!holdsFiles(event)) return;
			event.preventDefault();
			depth = 0;
			over.value = false;
			for (const file of event.dataTransfer?.files ?? []) void takeFile(file);
		};
		addEventListener('dragenter', enter);
		addEventListener('dragleave', leave);
		addEventListener('dragover', hover);
		addEventListener('drop', drop);
		return () => {
			removeEventListener('dragenter', enter);
			removeEventListener('dragleave', leave);
			removeEventListener('dragover', hover);
			removeEventListener('drop', drop);
		};
	}, []);
	if (!over.value) return null;
	return (
		<div class="drop-zone" aria-hidden="true">
			<p>
				Let go: a picture to redraw,
				<br />
				or the recipe it carries.
			</p>
		</div>
	);
}
